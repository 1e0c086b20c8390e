/**
 * Models of devices (SPEC R1, R5, R7): what the cards of a type are to be, how far each one is, and
 * how a change comes to them. Data and pure functions; knows nothing of the rest of the engine.
 */
@NullMarked
package io.cade.engine.device;

import org.jspecify.annotations.NullMarked;
