// What a contact's own key seals: personal fields, remarks, evidence; and that key itself, wrapped
// for the relay. sealpost-register(5), CONTACT KEYS. Pure but for randomness, thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/seams.hpp"
#include "crypto/aead.hpp"
#include "register/record.hpp"

namespace sealpost::reg {

using ContactKey = crypto::AeadKey;
using WrapKey = crypto::AeadKey;

// Field name -> value; an empty value takes a field away. Names are those of the page.
using Personal = std::map<std::string, std::string>;
inline constexpr std::string_view kPersonalFields[] = {
    "alias", "name", "phone", "email", "language", "birthdate", "representative", "authority"};
bool is_personal_field(std::string_view name);
// An alias: formed like a user id. kMalformed when a field is unknown, or a value is not plain, out
// of form (alias, e-mail, language, birth date as YYYY-MM-DD, phone as +digits) or too long.
base::Result<void> check_personal(const Personal& fields);

// From a JSON object of texts, as somebody wrote it; kMalformed as check_personal().
base::Result<Personal> parse_personal(std::string_view json);

base::Result<base::Bytes> seal_personal(const ContactKey& key, std::string_view contact,
                                        const Personal& fields, base::Random& random);
// kVerificationFailed when it does not open, kMalformed when it is out of form.
base::Result<Personal> open_personal(const ContactKey& key, std::string_view contact,
                                     base::ByteView sealed);
// A remark, a word, a witness: UTF-8 as it came, not empty.
inline constexpr std::size_t kMaxText = 800;  // bytes
base::Result<base::Bytes> seal_text(const ContactKey& key, std::string_view contact,
                                    std::string_view text, base::Random& random);
base::Result<std::string> open_text(const ContactKey& key, std::string_view contact,
                                    base::ByteView sealed);
base::Result<base::Bytes> seal_file(const ContactKey& key, std::string_view contact,
                                    const File& file, base::Random& random);
base::Result<File> open_file(const ContactKey& key, std::string_view contact,
                             base::ByteView sealed);
base::Result<base::Bytes> seal_facts(const ContactKey& key, std::string_view contact,
                                     const FileFacts& facts, base::Random& random);
base::Result<FileFacts> open_facts(const ContactKey& key, std::string_view contact,
                                   base::ByteView sealed);

// From the 32 bytes behind an epoch's identity.
WrapKey wrap_key(base::ByteView identity);
inline constexpr std::size_t kWrappedSize = 72;  // bytes
base::Bytes wrap_contact_key(const WrapKey& wrap, std::string_view contact, const ContactKey& key,
                             base::Random& random);
base::Result<ContactKey> unwrap_contact_key(const WrapKey& wrap, std::string_view contact,
                                            base::ByteView wrapped);

}  // namespace sealpost::reg
