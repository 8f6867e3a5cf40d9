#include <doctest/doctest.h>

#include <string_view>
#include <vector>

#include "register/words.hpp"

using namespace sealpost::reg;

namespace {

void check_all(Meaning meaning, const std::vector<std::string_view>& texts) {
  for (const std::string_view text : texts) {
    CAPTURE(text);
    CHECK(meaning_of(text) == meaning);
  }
}

}  // namespace

TEST_CASE("the words that the law names revoke, however they are written") {
  check_all(Meaning::kStop, {"stop",
                             "quit",
                             "end",
                             "revoke",
                             "opt out",
                             "cancel",
                             "unsubscribe",
                             "STOP",
                             " Stop. ",
                             "Stop!!!",
                             "\"STOP\"",
                             "s t o p",
                             "opt-out",
                             "OptOut",
                             "OPT OUT.",
                             "Un-subscribe",
                             "stop\r\n",
                             "\uFF33\uFF34\uFF2F\uFF30",
                             "\u201cStop\u201d",
                             "stop \xF0\x9F\x98\xA1",
                             "st\u200bop",
                             "'stop'"});
}

TEST_CASE("the words in Spanish revoke as well") {
  check_all(Meaning::kStop, {"alto", "parar", "baja", "cancelar", "no mas", "no m\u00e1s",
                             "NO M\u00c1S", "nom\u00e1s", "\u00a1ALTO!", "no ma\u0301s", "Pare"});
}

TEST_CASE("stop and all together end every purpose") {
  check_all(Meaning::kStopAll, {"STOPALL", "stop all", "Cancel all.", "unsubscribe-all",
                                "alto todo", "\u00a1Parar todo!"});
}

TEST_CASE("a sentence that may mean it waits for a person") {
  check_all(Meaning::kUnclear, {"please stop texting me",
                                "Please STOP.",
                                "stop it",
                                "I quit this",
                                "dont text me",
                                "Don't text me",
                                "Don\u2019t call anymore",
                                "no more messages",
                                "opt out please",
                                "remove me from your list",
                                "wrong number",
                                "leave me alone!!",
                                "stooop",
                                "STOPPP",
                                "stop stop stop",
                                "por favor dejen de escribirme",
                                "no me escriban",
                                "quiero darme de baja",
                                "n\u00famero equivocado",
                                "ya basta",
                                "cancel my appointment"});
}

TEST_CASE("what has nothing to do with it means nothing") {
  check_all(Meaning::kNone, {"",
                             " ",
                             "yes",
                             "thank you",
                             "ok",
                             "C",
                             "see you at the end of the week",
                             "nonstop",
                             "stopwatch",
                             "a stopgap",
                             "weekend",
                             "colesterol alto",
                             "gracias",
                             "1",
                             "?",
                             "\xF0\x9F\x91\x8D",
                             "\u505c\u6b62",
                             "st\u00f8p",
                             "\xff\xfe",
                             "stop\u505c"});
}
