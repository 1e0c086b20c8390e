package io.cade.image.boot;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.image.PackageManifest;
import io.cade.image.PackageManifest.FileEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an image says beyond the manifest of its package: file {@value #FILE}. Sizes and digests
 * stand in the manifest only, so that nothing is said twice.
 *
 * @param format 1
 */
@JsonPropertyOrder({"format", "architecture", "minimumBuild", "parts"})
record Description(int format, String architecture, long minimumBuild, List<PartEntry> parts) {
  static final String KIND = "boot-image";
  static final String FILE = "image.json";
  static final String CHAIN = CertifiedPackage.CHAIN;
  static final int FORMAT = 1;

  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._+-]{1,64}");
  private static final List<String> ARCHITECTURES = List.of("x86_64", "aarch64");

  Description {
    parts = List.copyOf(parts);
  }

  @JsonPropertyOrder({"role", "path"})
  record PartEntry(PartRole role, String path) {}

  /** Carries a refusal out of the depths; never leaves this package. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String reason) {
      super(reason, null, false, false);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  byte[] encode() {
    try {
      return mapper().writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a description is always JSON", e);
    }
  }

  /**
   * The image of a manifest and its description.
   *
   * @throws Refused when they are not those of an image
   */
  static BootImage image(PackageManifest manifest, byte @Nullable [] json) throws Refused {
    if (!manifest.kind().equals(KIND) || json == null) {
      throw new Refused("this is a package of kind " + manifest.kind() + ", not a boot image");
    }
    Description description;
    try {
      description = mapper().readValue(json, Description.class);
    } catch (IOException e) {
      throw new Refused("the image's description is malformed");
    }
    if (description == null) {
      throw new Refused("the image's description is malformed");
    }
    return description.image(manifest);
  }

  private BootImage image(PackageManifest manifest) throws Refused {
    if (format != FORMAT) {
      throw new Refused("image has format " + format + ", this program reads " + FORMAT);
    }
    if (!LABEL.matcher(manifest.name()).matches() || !LABEL.matcher(manifest.version()).matches()) {
      throw new Refused("name and version of an image are letters, digits and . _ + -");
    }
    if (!ARCHITECTURES.contains(architecture)) {
      throw new Refused("architecture is none of " + ARCHITECTURES);
    }
    if (minimumBuild < 0 || minimumBuild > manifest.build()) {
      throw new Refused("the lowest build allowed, " + minimumBuild + ", is above its own");
    }
    Map<String, FileEntry> files =
        manifest.files().stream().collect(Collectors.toMap(FileEntry::path, Function.identity()));
    files.remove(FILE);
    files.remove(CHAIN);
    List<BootImage.Part> found = new ArrayList<>();
    for (PartEntry part : parts) {
      FileEntry file = files.remove(part.path());
      if (file == null) {
        throw new Refused("a part that the description names is missing or named twice");
      }
      found.add(new BootImage.Part(part.role(), part.path(), file.size(), file.sha256()));
    }
    if (!files.isEmpty()) {
      throw new Refused("the image holds a file that its description does not name");
    }
    for (PartRole role : PartRole.values()) {
      long count = found.stream().filter(p -> p.role() == role).count();
      if (!role.allows(count)) {
        throw new Refused("the image has " + count + " parts of the role " + role.word());
      }
    }
    found.sort((a, b) -> a.path().compareTo(b.path()));
    return new BootImage(
        manifest.name(),
        manifest.version(),
        manifest.build(),
        manifest.createdAt(),
        architecture,
        minimumBuild,
        found);
  }

  private static JsonMapper mapper() {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(4)
                .maxDocumentLength(BootImageLimits.MAX_DESCRIPTION_BYTES)
                .build());
    return mapper;
  }
}
