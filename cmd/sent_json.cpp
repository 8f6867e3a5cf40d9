#include "cmd/sent_json.hpp"

#include "cmd/notice_words.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

text::OrderedJson link_json(const flow::LinkMade& link) {
  text::OrderedJson document{{"address", std::string(link.address.expose_text())},
                             {"channel", link.channel},
                             {"passcode", wire::passcode_name(link.passcode)},
                             {"expires", text::format_time(link.expires)}};
  add_notice(link.notice, document);
  return document;
}

}  // namespace

text::OrderedJson sent_json(const flow::Sent& sent) {
  text::OrderedJson recipients = text::OrderedJson::array();
  for (const flow::RecipientRecord& recipient : sent.recipients) {
    recipients.push_back({{"to", recipient.user},
                          {"device", recipient.device},
                          {"state", recipient.state},
                          {"last-resort", recipient.last_resort}});
  }
  text::OrderedJson document{{"type", "sent"},
                             {"id", sent.id},
                             {"duplicate", sent.duplicate},
                             {"adopted", sent.adopted},
                             {"recipients", std::move(recipients)}};
  if (sent.link) document["link"] = link_json(*sent.link);
  return document;
}

}  // namespace sealpost::cmd
