package io.cade.agent.device;

/** Cuts power at one durable step, before or after it took effect. */
final class Fuse {
  private int left = Integer.MAX_VALUE;
  private boolean after;

  void blowAt(int step, boolean afterIt) {
    left = step;
    after = afterIt;
  }

  void mend() {
    left = Integer.MAX_VALUE;
  }

  /** A step that either takes effect or does not. */
  interface Step<E extends Exception> {
    void run() throws E;
  }

  <E extends Exception> void pass(Step<E> step) throws E {
    boolean blows = left-- == 0;
    if (blows && !after) {
      throw new PowerCut();
    }
    step.run();
    if (blows) {
      throw new PowerCut();
    }
  }
}
