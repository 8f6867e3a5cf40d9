# relay portal export: the page behind contacts' links, for another web host
load support

setup() { out=$BATS_TEST_TMPDIR/page; }

@test "one file for a relay's address, with the hash of what was written" {
  expect_exit 0 "$SEALPOST" relay portal export "$out" --url https://relay.mercy.example:8443 --json
  json '.type == "portal" and (.file | endswith("index.html"))'
  [ "$(field .sha256)" = "$(sha256sum "$out/index.html" | cut -d' ' -f1)" ]
  grep -q 'connect-src .self. https://relay.mercy.example:8443;' "$out/index.html"
  run ! grep -q '@RELAY@\|http://\|//cdn' "$out/index.html"
  expect_exit 0 "$SEALPOST" relay portal export "$out" --url https://relay.mercy.example
  contains "$output" "index.html"
}

@test "its policy lets it run its own script and style alone" {
  "$SEALPOST" relay portal export "$out" --url https://relay.mercy.example >/dev/null 2>&1
  python3 - "$out/index.html" <<'PY'
import base64, hashlib, re, sys
page = open(sys.argv[1]).read()
policy = re.search(r'Security-Policy" content="([^"]*)"', page)[1]
for tag, pattern in (("script", r'<script type="module">(.*?)</script>'), ("style", r"<style>(.*?)</style>")):
    found = re.findall(pattern, page, re.S)
    assert len(found) == 1, tag
    digest = base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()
    assert f"{tag}-src 'sha256-{digest}'" in policy, tag
assert policy.startswith("default-src 'none'") and "unsafe" not in policy
PY
}

@test "an address that is more than a host, or would break out of the page, is refused" {
  for url in 'relay.mercy.example' 'https://relay.mercy.example/path' 'ftp://a' \
    "https://a'; script-src *" 'https://a"><script>' 'https://'; do
    expect_exit 2 "$SEALPOST" relay portal export "$out" --url "$url"
  done
  [ ! -e "$out/index.html" ]
  expect_exit 2 "$SEALPOST" relay portal export "$out"
  touch "$BATS_TEST_TMPDIR/file"
  expect_exit 2 "$SEALPOST" relay portal export "$BATS_TEST_TMPDIR/file/x" --url https://a
}
