/**
 * Certificates of sites from a certificate authority, by ACME (RFC 8555): who gets one and when,
 * what the proxies have to answer meanwhile, and the client.
 */
@NullMarked
package io.cade.engine.acme;

import org.jspecify.annotations.NullMarked;
