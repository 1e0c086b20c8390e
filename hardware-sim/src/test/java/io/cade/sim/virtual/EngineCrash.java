package io.cade.sim.virtual;

/** The engine's process dies in the middle of what it does. */
final class EngineCrash extends Error {
  private static final long serialVersionUID = 1L;

  EngineCrash() {
    super("simulated crash", null, false, false);
  }
}
