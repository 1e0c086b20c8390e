package io.cade.proxy.stats;

/** Is told of each request that has ended, on its event loop: must not block. */
public interface RequestSink {
  /** The account does not change any more. */
  void ended(RequestAccount account);

  /** Whether what only a log needs is to be gathered. */
  boolean wantsDetails();

  /** Nobody. */
  static RequestSink none() {
    return new RequestSink() {
      @Override
      public void ended(RequestAccount account) {}

      @Override
      public boolean wantsDetails() {
        return false;
      }
    };
  }
}
