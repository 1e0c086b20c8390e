package io.cade.proxy.stats;

/** Is told of each request that has ended, on its event loop: must not block. */
@FunctionalInterface
public interface RequestSink {
  /**
   * @param ended only valid during the call: it is used again
   */
  void ended(RequestAccount ended);

  /** Whether what only the log needs is to be gathered. */
  default boolean wantsDetails() {
    return true;
  }

  /** Nobody. */
  static RequestSink none() {
    return new RequestSink() {
      @Override
      public void ended(RequestAccount ended) {}

      @Override
      public boolean wantsDetails() {
        return false;
      }
    };
  }
}
