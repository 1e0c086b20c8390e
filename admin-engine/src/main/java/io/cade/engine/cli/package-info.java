/**
 * The operator's command line: one short-lived process per command, a thin layer over the REST API
 * (SPEC A2). It decides nothing about the cabinet; it asks, shows, and turns outcomes into exit
 * codes (DESIGN §5). Starting quickly matters more here than anywhere else, hence picocli without
 * annotations, {@code HttpsURLConnection} and streaming Jackson.
 */
@NullMarked
package io.cade.engine.cli;

import org.jspecify.annotations.NullMarked;
