package io.cade.agent.wire;

/**
 * What runs on the card before any service does (SPEC A1).
 *
 * @param agentVersion version of the agent
 * @param imageName boot image the card started from
 * @param imageVersion version of that image
 * @param operatingSystem name and release, for an operator to read
 */
public record SoftwareDescriptor(
    String agentVersion, String imageName, String imageVersion, String operatingSystem) {
  public SoftwareDescriptor {
    Limits.text("agentVersion", agentVersion, 64);
    Limits.text("imageName", imageName, 64);
    Limits.text("imageVersion", imageVersion, 64);
    Limits.text("operatingSystem", operatingSystem, 128);
  }
}
