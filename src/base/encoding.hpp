// Hexadecimal, base64 (RFC 4648) and Bech32 (BIP 173) of public values, and percent-encoding
// (RFC 3986). Not constant-time where noted: secrets go through crypto. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"

namespace sealpost::base {

std::string to_hex(ByteView bytes);  // lower case
// Lower or upper case; kMalformed for an odd length or another character.
Result<Bytes> parse_hex(std::string_view text);

// Exactly so many hexadecimal digits, lower case.
bool is_lower_hex(std::string_view text, std::size_t digits);

std::string to_base64(ByteView bytes);           // standard alphabet, padded
std::string to_base64_unpadded(ByteView bytes);  // standard alphabet, as age headers use
std::string to_base64url(ByteView bytes);        // URL alphabet, unpadded
std::string to_base32(ByteView bytes);           // upper case, unpadded; constant time it is not
// Canonical input only: no white space, right padding, zero trailing bits; kMalformed otherwise.
Result<Bytes> parse_base64(std::string_view text);
Result<Bytes> parse_base64_unpadded(std::string_view text);
Result<Bytes> parse_base64url(std::string_view text);

// Bech32 without the 90 character limit, as age uses it. `hrp` lower case; result lower case.
std::string to_bech32(std::string_view hrp, ByteView data);
struct Bech32 {
  std::string hrp;  // lower case
  Bytes data;
};
// All lower or all upper case, valid checksum, zero padding bits; kMalformed otherwise.
Result<Bech32> parse_bech32(std::string_view text);

// Everything but A-Z a-z 0-9 - . _ ~ becomes %XX.
std::string percent_encode(std::string_view text);
Result<std::string> percent_decode(std::string_view text);

}  // namespace sealpost::base
