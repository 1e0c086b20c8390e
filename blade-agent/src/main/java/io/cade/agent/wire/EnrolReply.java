package io.cade.agent.wire;

/**
 * @param certificatePem the card's certificate, issued by the module's authority
 */
public record EnrolReply(String certificatePem) {
  public EnrolReply {
    Limits.text("certificatePem", certificatePem, 16384);
  }
}
