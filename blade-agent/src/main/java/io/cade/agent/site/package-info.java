/**
 * The program that serves a {@code static-site} package: a process of its own on the card, made of
 * nothing but the JDK so that it starts fast and stays small.
 */
@NullMarked
package io.cade.agent.site;

import org.jspecify.annotations.NullMarked;
