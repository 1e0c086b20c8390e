/**
 * A Pi4J I²C provider on Linux' own device files, by system calls (SPEC C5). With it the drivers of
 * {@code io.cade.agent.hw} reach a real bus without native libraries beside the C library.
 */
@NullMarked
package io.cade.agent.linux;

import org.jspecify.annotations.NullMarked;
