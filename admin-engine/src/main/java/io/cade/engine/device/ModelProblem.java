package io.cade.engine.device;

/** A model, or its items for one card, cannot be used; the message says what, where and why. */
public final class ModelProblem extends Exception {
  private static final long serialVersionUID = 1L;

  public ModelProblem(String message) {
    super(message);
  }
}
