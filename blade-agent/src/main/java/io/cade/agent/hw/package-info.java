/**
 * Hardware drivers of a card and of its chassis on Pi4J's I2C API (SPEC C5): one class per chip,
 * written from its data sheet, and two aggregates, {@link io.cade.agent.hw.CardBus} and {@link
 * io.cade.agent.hw.ChassisBus}, which turn whatever the bus does into values. Nothing here knows
 * whether the Pi4J provider behind it is a real bus or a simulated one.
 */
@NullMarked
package io.cade.agent.hw;

import org.jspecify.annotations.NullMarked;
