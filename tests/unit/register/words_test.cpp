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
                             "'stop'",
                             "unsub",
                             "\ufeffSTOP",
                             "\u200eSTOP\u200f",
                             "st\u00adop",
                             "s\u2060t\u2060o\u2060p",
                             "\U0001D412\U0001D413\U0001D40E\U0001D40F",
                             "\u24c8\u24c9\u24c4\u24c5",
                             "\U0001F6D1STOP\U0001F6D1",
                             "STOP\u270b\U0001F3FD",
                             "\U0001F3F4\U000E0067\U000E007F stop",
                             "stop \u2764\ufe0f\u200d\U0001F525",
                             "<stop>",
                             "*Stop*",
                             "s-t-o-p"});
}

TEST_CASE("the words in Spanish revoke as well") {
  check_all(Meaning::kStop, {"alto", "parar", "baja", "cancelar", "no mas", "no m\u00e1s",
                             "NO M\u00c1S", "nom\u00e1s", "\u00a1ALTO!", "no ma\u0301s", "Pare",
                             "Detener", "salir", "FIN", "revocar", "\uff22\uff21\uff2a\uff21"});
}

TEST_CASE("the word that Canada asks for in French revokes as well") {
  check_all(Meaning::kStop, {"ARRET", "arr\u00eat", "ARR\u00caT!", "arre\u0302t"});
}

TEST_CASE("words that ask to go on are no leave, and no revocation either: a person gives leave") {
  check_all(Meaning::kNone,
            {"START", "start!", "UNSTOP", "yes", "YES", "si", "s\u00ed", "subscribe", "reanudar",
             "continue", "resume", "HELP", "INFO", "ayuda"});
}

TEST_CASE("a slip of the finger waits for a person, another word means nothing") {
  check_all(Meaning::kUnclear, {"st0p", "5top", "sotp", "stpo", "tsop", "unsuscribe", "unsubcribe",
                                "unsubscrbe", "unsubscribe1", "unsubscripe", "cancl", "cancell",
                                "cancle", "cancela", "opout", "revokee", "paarr", "cnacelar"});
  check_all(Meaning::kNone, {"cancer", "pagar", "step", "shop", "top", "sop", "quiet", "send",
                             "caja", "bajo", "alta", "spot on", "done"});
}

TEST_CASE("a sign without words waits for a person") {
  check_all(Meaning::kUnclear,
            {"\U0001F6D1", "\u26d4", "\U0001F6AB\U0001F6AB", "\u270b\U0001F3FE", "\U0001F645 !!"});
}

TEST_CASE("stop and all together end every purpose") {
  check_all(Meaning::kStopAll,
            {"STOPALL", "STOP-ALL", "\uff33TOP\u200bALL", "stop everything", "stop all",
             "Cancel all.", "unsubscribe-all", "alto todo", "\u00a1Parar todo!"});
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
                                "cancel my appointment",
                                "do not stop",
                                "start or stop",
                                "I do not want these",
                                "no longer want this",
                                "who is this? lose my number",
                                "cancelled already",
                                "no quiero mas mensajes",
                                "opt me out",
                                "REMOVE",
                                "spam"});
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
