package io.cade.proxy.http;

import org.jspecify.annotations.Nullable;

/**
 * What the guard found in a head that it let through.
 *
 * @param host lower case, without port and trailing dot
 * @param authority host and port as the visitor wrote them
 * @param originTarget the target in origin form when it came in absolute form, else null
 * @param version of the visitor's message
 * @param hasBody a body follows
 */
record HeadFacts(
    String host, String authority, @Nullable String originTarget, Version version, boolean hasBody)
    implements Inspection {}
