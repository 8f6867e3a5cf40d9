// A text as a QR code drawn with block characters, dark on light, with the quiet zone that cameras
// need. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::ui {

// kUsage when the text is too long for a QR code (about 2,900 bytes).
base::Result<std::string> qr_picture(std::string_view text);

}  // namespace sealpost::ui
