package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What runs on the card before any service does (SPEC A1).
 *
 * @param agentVersion version of the agent
 * @param imageName boot image the card started from
 * @param imageVersion version of that image
 * @param operatingSystem name and release, for an operator to read
 * @param architecture of its processor in the words of boot images, for example {@code x86_64};
 *     empty when it did not say
 * @param bootsFrom who decides which image it starts from
 */
public record SoftwareDescriptor(
    String agentVersion,
    String imageName,
    String imageVersion,
    String operatingSystem,
    String architecture,
    BootsFrom bootsFrom) {
  public SoftwareDescriptor {
    Limits.text("agentVersion", agentVersion, 64);
    Limits.text("imageName", imageName, 64);
    Limits.text("imageVersion", imageVersion, 64);
    Limits.text("operatingSystem", operatingSystem, 128);
    Limits.text("architecture", architecture, 32);
  }

  /** Of an agent that says neither its architecture nor where its images are. */
  public SoftwareDescriptor(
      String agentVersion, String imageName, String imageVersion, String operatingSystem) {
    this(agentVersion, imageName, imageVersion, operatingSystem, "", BootsFrom.UNKNOWN);
  }

  /** Agents of earlier versions, and what was stored of them, have neither of the last two. */
  @JsonCreator
  static SoftwareDescriptor read(
      @JsonProperty("agentVersion") String agentVersion,
      @JsonProperty("imageName") String imageName,
      @JsonProperty("imageVersion") String imageVersion,
      @JsonProperty("operatingSystem") String operatingSystem,
      @JsonProperty("architecture") @Nullable String architecture,
      @JsonProperty("bootsFrom") @Nullable BootsFrom bootsFrom) {
    return new SoftwareDescriptor(
        agentVersion,
        imageName,
        imageVersion,
        operatingSystem,
        architecture == null ? "" : architecture,
        bootsFrom == null ? BootsFrom.UNKNOWN : bootsFrom);
  }
}
