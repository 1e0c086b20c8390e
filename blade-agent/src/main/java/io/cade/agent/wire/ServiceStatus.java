package io.cade.agent.wire;

/**
 * How a service fares on one card, as the card's agent sees it.
 *
 * @param packageDigest what is installed, empty when nothing is
 * @param detail cause of a failure or a remark for the operator, else empty
 */
public record ServiceStatus(String service, State state, String packageDigest, String detail) {
  /** Life of a service on a card. */
  public enum State {
    INSTALLED,
    STARTING,
    RUNNING,
    STOPPED,
    FAILED
  }

  public ServiceStatus {
    Limits.text("service", service, 63);
    Limits.text("packageDigest", packageDigest, 80);
    Limits.text("detail", detail, 512);
  }
}
