package io.cade.proxy.http;

/** What the guard says of a request's head: bad input is a value that carries its cause. */
sealed interface Inspection permits HeadFacts, FramingFault {}
