package io.cade.agent.wire;

/**
 * A card's first words after each boot (SPEC B1, A3).
 *
 * @param bootId random, new at every boot: tells a reboot from a repeated introduction
 */
public record Introduction(
    CardPosition position,
    CardRole role,
    String bootId,
    HardwareDescriptor hardware,
    SoftwareDescriptor software) {
  public Introduction {
    Limits.text("bootId", bootId, 64);
  }
}
