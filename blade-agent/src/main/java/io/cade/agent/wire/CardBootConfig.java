package io.cade.agent.wire;

import java.time.Duration;

/**
 * The configuration that a card fetches from its own boot tree as {@value #FILE_NAME} (SPEC B1):
 * all that an agent needs to reach its engine. Server cards get it by TFTP, cards of the management
 * chassis find it as a file.
 *
 * @param position where the engine saw the card
 * @param gatewayHost address of the agents' gateway
 * @param gatewayPort TCP port of the gateway
 * @param caCertificatePem certificate of the module's authority, PEM; the only one to be trusted
 * @param enrolmentSecret proves once that the certificate request comes from this slot; empty for a
 *     card whose certificate is on record
 * @param localAddress internal address of the card
 * @param pokePort UDP port on which the agent hears pokes
 * @param servicePort TCP port of the card's service
 * @param reportInterval time between reports
 */
public record CardBootConfig(
    CardPosition position,
    String gatewayHost,
    int gatewayPort,
    String caCertificatePem,
    String enrolmentSecret,
    String localAddress,
    int pokePort,
    int servicePort,
    Duration reportInterval) {
  /** Name of the rendered file in the card's tree. */
  public static final String FILE_NAME = "agent.json";

  public CardBootConfig {
    Limits.text("gatewayHost", gatewayHost, 255);
    Limits.range("gatewayPort", gatewayPort, 1, 65535);
    Limits.text("caCertificatePem", caCertificatePem, 16384);
    Limits.text("enrolmentSecret", enrolmentSecret, 128);
    Limits.text("localAddress", localAddress, 64);
    Limits.range("pokePort", pokePort, 1, 65535);
    Limits.range("servicePort", servicePort, 1, 65535);
    Limits.range("reportInterval (ms)", reportInterval.toMillis(), 50, 3_600_000);
  }

  /** Without the secret, so that the record may be logged. */
  @Override
  public String toString() {
    return "CardBootConfig[" + position + ", gateway " + gatewayHost + ":" + gatewayPort + "]";
  }
}
