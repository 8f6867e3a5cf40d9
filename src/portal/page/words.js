// All that the page says, and the replies that are no replies but the wish to be left alone.
export const WORDS = {
  en: {
    other: "Español", title: "Message", private: "A private message",
    from: (who) => `Private message from ${who}`,
    why: "It is opened here, on your device. Nobody in between can read it.",
    open: "Open the message", opening: "Opening…",
    birthdate: "Your date of birth", ask: "The passcode that you were given",
    wrong: (tries) => `That is not right. ${tries === 1 ? "One more try is" : `${tries} more tries are`} possible.`,
    locked: "Too many wrong passcodes: this link does not open any more. The sender knows.",
    spent: "This message was opened as often as it may be.",
    expired: "This message has expired.",
    recalled: "The sender has taken this message back.",
    unknown: "There is no such message. Please check that the address is complete.",
    elsewhere: "The message is being opened elsewhere. Please try again later.",
    ended: "The page was open for too long. Please load it again.",
    offline: "There is no connection. Nothing is lost: please try again.",
    damaged: "The message cannot be opened. Please tell the sender.",
    busy: "Please wait a minute, then try again.",
    again: "Try again",
    sent: (when) => `Sent ${when}`, until: (when) => `Can be opened until ${when}`,
    files: "Files", save: "Save", saving: (percent) => `Loading, ${percent} %`, saved: "Saved.",
    answer: "Your reply", send: "Send", sending: "Sending…", replied: "Your reply was sent.",
    empty: "Please write something first.", long: "The reply is too long.",
    confirm: "Confirm", confirmed: "Confirmed. The sender knows.",
    print: "Print",
    stop: "Stop these messages", stopTitle: "Which messages shall stop?",
    stopPurpose: "Only messages of this kind", stopAll: "All messages", keep: "Go back",
    stopped: "No more of these messages will be sent to you.",
    stoppedAll: "No more messages will be sent to you.",
  },
  es: {
    other: "English", title: "Mensaje", private: "Un mensaje privado",
    from: (who) => `Mensaje privado de ${who}`,
    why: "Se abre aquí, en su dispositivo. Nadie más puede leerlo por el camino.",
    open: "Abrir el mensaje", opening: "Abriendo…",
    birthdate: "Su fecha de nacimiento", ask: "La clave que le dieron",
    wrong: (tries) => `No es correcto. ${tries === 1 ? "Queda un intento" : `Quedan ${tries} intentos`}.`,
    locked: "Demasiadas claves incorrectas: este enlace ya no se abre. El remitente lo sabe.",
    spent: "Este mensaje ya se abrió todas las veces permitidas.",
    expired: "Este mensaje ha caducado.",
    recalled: "El remitente ha retirado este mensaje.",
    unknown: "No existe este mensaje. Compruebe que la dirección esté completa.",
    elsewhere: "El mensaje se está abriendo en otro lugar. Inténtelo más tarde.",
    ended: "La página estuvo abierta demasiado tiempo. Vuelva a cargarla.",
    offline: "No hay conexión. No se ha perdido nada: inténtelo de nuevo.",
    damaged: "El mensaje no se puede abrir. Avise al remitente.",
    busy: "Espere un minuto e inténtelo de nuevo.",
    again: "Intentar de nuevo",
    sent: (when) => `Enviado el ${when}`, until: (when) => `Se puede abrir hasta el ${when}`,
    files: "Archivos", save: "Guardar", saving: (percent) => `Cargando, ${percent} %`, saved: "Guardado.",
    answer: "Su respuesta", send: "Enviar", sending: "Enviando…", replied: "Su respuesta se envió.",
    empty: "Escriba algo primero.", long: "La respuesta es demasiado larga.",
    confirm: "Confirmar", confirmed: "Confirmado. El remitente lo sabe.",
    print: "Imprimir",
    stop: "No recibir más mensajes", stopTitle: "¿Qué mensajes no quiere recibir?",
    stopPurpose: "Solo los de este tipo", stopAll: "Ningún mensaje", keep: "Volver",
    stopped: "No se le enviarán más mensajes de este tipo.",
    stoppedAll: "No se le enviarán más mensajes.",
  },
};

const STOP = ["stop", "quit", "end", "revoke", "optout", "cancel", "unsubscribe", "alto", "parar",
  "pare", "baja", "cancelar", "nomas"];

// "purpose" or "all" when the text is exactly such a word, else null: sealpost-register(5), Words.
export function stopScope(text) {
  const bare = text.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  if (STOP.includes(bare)) return "purpose";
  return STOP.some((word) => bare === word + "all" || bare === word + "todo") ? "all" : null;
}
