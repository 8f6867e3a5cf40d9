// Golden statements. They were made by an independent program (Python, hashlib and cryptography)
// from the grammar in sealpost-note(5); the seed of a key is SHA-256("sealpost test key " + label).
#pragma once

#include <array>
#include <string_view>

namespace sealpost::testing {

inline constexpr std::string_view kGoldenOrganisation =
    R"(sealpost/v1/organisation
name: mercy.example
root: mercy.example+251fe40c+AXulT8VsKNuWxDGaisMXxfZc6opvIjdI2Fg/e+x0MqyJ
at: 2026-11-21T12:00:00Z

— mercy.example JR/kDGHHJ4P+2D395opNo1odFoWnPUVHkS7JxxuV2NcwLDs962gJk6TqLApf0RyTfLtiJJr7obLrqJcQrmphJjvCCAw=
)";

inline constexpr std::string_view kGoldenRelay =
    R"(sealpost/v1/relay
url: https://relay.mercy.example:8443
pin: sha256//7WHv7rCQqi6/r3SeOaG6j+rSs969wYk6Nuscwvbos5Q=
log: mercy.example/relay+f64e4757+AVoVaO9XSuFTBfRkzYSmWQg3VKnrACSXZ1viCuC6Ui3I
at: 2026-11-21T12:00:00Z

— mercy.example JR/kDIMX3Of3C8ZfQnFDna3yg3cuThov2xvlKsEput0PaRKAtqq7+o3N1NP0SOE16r8J+6oyWvLOGPxuQcjXjOkX/wo=
)";

inline constexpr std::string_view kGoldenInvitation =
    R"(sealpost/v1/invitation
user: bot
role: service
purpose: billing
purpose: test-results
key: mercy.example/invitation/00000000000000a1+4d2e7a49+AUBSHsN47VpKHpXxI1OF5VefRZsmBEI15w7rjEsWAGDi
at: 2026-11-21T12:00:00Z
expires: 2026-11-28T12:00:00Z

— mercy.example JR/kDEeZmc9r94obuJQ3DKhaZ75OMehmAUltimzxDRxKpXiZoR/ESj5UpH/1xR/doCPfhOHSj2cEifCrrdPJK5h8qg0=
)";

inline constexpr std::string_view kGoldenCertificate =
    R"(sealpost/v1/certificate
device: mercy.example/bot/server
role: service
purpose: billing
key: mercy.example/bot/server+75071107+AZ05363MGYe3LfawGJ6vjfjwLGgQfYdS0dH/sVSvszSR
number: 0
issuer: invitation a3bec5420fd20c50d15e1109970e01e55b1825e5c3c12d3bd5dbd1d82ab75c09
suite: age-x25519
at: 2026-11-21T13:00:00Z
expires: 2027-11-21T13:00:00Z

— mercy.example/invitation/00000000000000a1 TS56SXeD57ITY3etpRzbnHFJDhSh4p3suRKaYVbzNLBwYhJEmqP0PUpZyvfes7jqdpTptsgCbXPgCVa+ZAlGK91RlQk=
— mercy.example/bot/server dQcRB5Qcmx2UhL3I0Y8HLECdw2JT5bUPlwl95Z3IYJAHzw7D7s27Zp19BmOiDBsdIjZQlvdTGeUtwxy6pu1eTQdkIA4=
)";

inline constexpr std::string_view kGoldenRevocation =
    R"(sealpost/v1/revocation
target: mercy.example/bot/server
reason: the server was sold
at: 2026-11-22T12:00:00Z

— mercy.example JR/kDHgOOfteRucERlge8XI0ypfiCzI4cmy1ufl/rM68ixJ6Jga43V5GXQYEtMUi5Ez/aQN9SaosricL+VB2Y+69SAI=
)";

inline constexpr std::string_view kGoldenPrekey =
    R"(sealpost/v1/prekey
device: mercy.example/bot/server
id: 00112233445566ff
suite: age-x25519
recipient: age18ejz5lsev2vjvaanwxrwzy73lr38x279gwtf9m9r8lsr3s25da2qdalqgg
use: last-resort
at: 2026-11-21T12:00:00Z
expires: 2026-12-21T12:00:00Z

— mercy.example/bot/server dQcRBzNL22U/V3TbP1NsPs+p6iRet4zJzd2PEETEsGfgMHLpvSWAGMzvKx+d/VrCGm398Pa2U/EQfstv6XNAzS6sNgs=
)";

// Heads of the chain of the first five, from the empty chain on.
inline constexpr std::array<std::string_view, 6> kGoldenHeads{
    "78f808b2b61dd0bc2f9a1d0ee9d135ca30d6e31fd9ed68dabcdb2a4d4d557de2",
    "02fd122db6f8953d6247704a158e9b9db88eb913373858a0aa7447a453bec3d1",
    "2c57d9012be19236329993171e3bb8b07132c8a9e9bda5e2126547dd08c7258f",
    "5e6194aabb4fb165d54769c1a4ed7be38e139b201cfa1a53fb4ad5a2baf7f839",
    "d96b4a01d951c0423222e8e2b9fe9160e2ea56286b94795ccee756696ffe5250",
    "87ce0710998b95bd550737cbcdacf17de0f6211f54656ae207a880505bf78d24",
};

inline constexpr std::string_view kGoldenToken =
    "sealpost-invitation-1-kEFq0zLuh_A1R3HvFa4tQBe6SW6DMHRMZcNvdMt_5wofGmAKtchLuW1lcmN5LmV4YW"
    "1wbGUrMjUxZmU0MGMrQVh1bFQ4VnNLTnVXeERHYWlzTVh4ZlpjNm9wdklqZEkyRmcvZSt4ME1xeUoKaHR0cHM6Ly"
    "9yZWxheS5tZXJjeS5leGFtcGxlOjg0NDMKc2hhMjU2Ly83V0h2N3JDUXFpNi9yM1NlT2FHNmorclNzOTY5d1lrNk"
    "51c2N3dmJvczVRPQo0NzExIGcyL3hoT2UwR3g0VHkxL1luNkhlbU51NnVaNmRLUmlSUC9RN2hxWEh3aE09CjMgOT"
    "ViaThvcmxnUmMzekxnalB6VGduNHUzWFNVUm9UVlVQUnlqZStBWm1oMD0Kc2VhbHBvc3QvdjEvaW52aXRhdGlvbg"
    "p1c2VyOiBib3QKcm9sZTogc2VydmljZQpwdXJwb3NlOiBiaWxsaW5nCnB1cnBvc2U6IHRlc3QtcmVzdWx0cwprZX"
    "k6IG1lcmN5LmV4YW1wbGUvaW52aXRhdGlvbi8wMDAwMDAwMDAwMDAwMGExKzRkMmU3YTQ5K0FVQlNIc040N1ZwS0"
    "hwWHhJMU9GNVZlZlJac21CRUkxNXc3cmpFc1dBR0RpCmF0OiAyMDI2LTExLTIxVDEyOjAwOjAwWgpleHBpcmVzOi"
    "AyMDI2LTExLTI4VDEyOjAwOjAwWgoK4oCUIG1lcmN5LmV4YW1wbGUgSlIva0RFZVptYzlyOTRvYnVKUTNES2hhWj"
    "c1T01laG1BVWx0aW16eERSeEtwWGlab1IvRVNqNVVwSC8xeFIvZG9DUGZoT0hTajJjRWlmQ3JyZFBKSzVoOHFnMD"
    "0K";

}  // namespace sealpost::testing
