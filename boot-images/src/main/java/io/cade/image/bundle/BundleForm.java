package io.cade.image.bundle;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.image.PackageManifest;
import io.cade.image.PackageManifest.FileEntry;
import io.cade.image.boot.CertifiedPackage;
import io.cade.image.bundle.Bundle.Kind;
import io.cade.image.bundle.Bundle.Part;
import io.cade.image.bundle.Bundle.Step;
import io.cade.image.bundle.Bundle.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a bundle says beyond the manifest of its package: file {@value #FILE}. Sizes and digests
 * stand in the manifest only, so that nothing is said twice.
 *
 * @param format 1
 */
@JsonPropertyOrder({"format", "architecture", "role", "from", "parts", "upgrade"})
record BundleForm(
    int format,
    String architecture,
    String role,
    List<String> from,
    List<PartEntry> parts,
    List<StepEntry> upgrade) {
  static final String KIND = "update-bundle";
  static final String FILE = "bundle.json";
  static final String PAYLOAD = "payload/";
  static final String RELEASE = PAYLOAD + "engine.release";
  static final int FORMAT = 1;
  static final int MAX_BYTES = 64 << 10;

  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._+-]{1,64}");
  private static final Pattern SERVICE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final int MAX_TIMEOUT = 3_600;

  BundleForm {
    from = List.copyOf(from);
    parts = List.copyOf(parts);
    upgrade = List.copyOf(upgrade);
  }

  @JsonPropertyOrder({"kind", "path"})
  record PartEntry(String kind, String path) {}

  @JsonPropertyOrder({"step", "part", "service", "timeoutSeconds"})
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record StepEntry(
      String step, String part, @Nullable String service, @Nullable Integer timeoutSeconds) {
    static StepEntry of(Step step) {
      return switch (step) {
        case Step.InstallImage s -> new StepEntry("install-image", s.part(), null, null);
        case Step.InstallPackage s -> new StepEntry("install-package", s.part(), s.service(), null);
        case Step.Configure s -> new StepEntry("configure", s.part(), s.service(), null);
        case Step.Migrate s -> new StepEntry("migrate", s.part(), s.service(), s.timeoutSeconds());
        case Step.InstallEngine s -> new StepEntry("install-engine", s.part(), null, null);
      };
    }
  }

  /** Says why something is no bundle; never leaves this package. */
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
   * The bundle of a manifest and its description.
   *
   * @throws Refused when they are not those of a bundle
   */
  static Bundle bundle(PackageManifest manifest, byte @Nullable [] json) throws Refused {
    if (!manifest.kind().equals(KIND) || json == null) {
      throw new Refused("this is a package of kind " + manifest.kind() + ", not an update bundle");
    }
    BundleForm form;
    try {
      form = mapper().readValue(json, BundleForm.class);
    } catch (IOException e) {
      throw new Refused("the bundle's description is malformed");
    }
    if (form == null) {
      throw new Refused("the bundle's description is malformed");
    }
    return form.bundle(manifest);
  }

  private Bundle bundle(PackageManifest manifest) throws Refused {
    if (format != FORMAT) {
      throw new Refused("bundle has format " + format + ", this program reads " + FORMAT);
    }
    if (!LABEL.matcher(manifest.name()).matches() || !LABEL.matcher(manifest.version()).matches()) {
      throw new Refused("name and version of a bundle are letters, digits and . _ + -");
    }
    if (!Target.ARCHITECTURES.contains(architecture) || !Target.ROLES.contains(role)) {
      throw new Refused(
          "the bundle is for none of " + Target.ARCHITECTURES + " and " + Target.ROLES);
    }
    FromVersions versions;
    try {
      versions = new FromVersions(from);
    } catch (IllegalArgumentException e) {
      throw new Refused(String.valueOf(e.getMessage()));
    }
    List<Part> found = parts(manifest);
    List<Step> steps = steps(found);
    return new Bundle(
        manifest.name(),
        manifest.version(),
        manifest.build(),
        manifest.createdAt(),
        new Target(architecture, role),
        versions,
        found,
        steps);
  }

  private List<Part> parts(PackageManifest manifest) throws Refused {
    if (parts.isEmpty() || parts.size() > Bundle.MAX_PARTS) {
      throw new Refused(
          "the bundle has " + parts.size() + " parts, 1 to " + Bundle.MAX_PARTS + " are allowed");
    }
    Map<String, FileEntry> files =
        manifest.files().stream().collect(Collectors.toMap(FileEntry::path, Function.identity()));
    files.remove(FILE);
    files.remove(CertifiedPackage.CHAIN);
    List<Part> found = new ArrayList<>();
    for (PartEntry part : parts) {
      FileEntry file = files.remove(part.path());
      if (file == null || !part.path().startsWith(PAYLOAD)) {
        throw new Refused("a part that the description names is missing or named twice");
      }
      found.add(new Part(kind(part.kind()), part.path(), file.size(), file.sha256()));
    }
    if (!files.isEmpty()) {
      throw new Refused("the bundle holds a file that its description does not name");
    }
    found.sort(Comparator.comparing(Part::path));
    return found;
  }

  private static Kind kind(String word) throws Refused {
    for (Kind kind : Kind.values()) {
      if (word(kind).equals(word)) {
        return kind;
      }
    }
    throw new Refused("the bundle has a part of an unknown kind");
  }

  static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private List<Step> steps(List<Part> found) throws Refused {
    if (upgrade.isEmpty() || upgrade.size() > Bundle.MAX_STEPS) {
      throw new Refused(
          "the bundle has " + upgrade.size() + " steps, 1 to " + Bundle.MAX_STEPS + " are allowed");
    }
    Map<String, Part> unused =
        found.stream().collect(Collectors.toMap(Part::path, Function.identity()));
    List<Step> steps = new ArrayList<>();
    for (StepEntry entry : upgrade) {
      Part part = unused.remove(entry.part());
      if (part == null) {
        throw new Refused("a step is about a part that is missing or has a step already");
      }
      if (part.kind() == Kind.ENGINE && found.size() != 1) {
        throw new Refused("a release of the engine is not alone in its bundle");
      }
      steps.add(step(entry, part));
    }
    if (!unused.isEmpty()) {
      throw new Refused("the bundle has a part that no step uses");
    }
    return steps;
  }

  private static Step step(StepEntry entry, Part part) throws Refused {
    Step step =
        switch (part.kind()) {
          case IMAGE -> new Step.InstallImage(part.path());
          case PACKAGE -> new Step.InstallPackage(part.path(), service(entry));
          case CONFIGURATION -> {
            if (part.path().length() <= Step.Configure.FOLDER.length()
                || !part.path().startsWith(Step.Configure.FOLDER)) {
              throw new Refused("a file of configuration is not below " + Step.Configure.FOLDER);
            }
            yield new Step.Configure(part.path(), service(entry));
          }
          case MIGRATION -> {
            Integer seconds = entry.timeoutSeconds();
            if (seconds == null || seconds < 1 || seconds > MAX_TIMEOUT) {
              throw new Refused("a migration's time limit is not 1 to " + MAX_TIMEOUT + " s");
            }
            yield new Step.Migrate(part.path(), service(entry), seconds);
          }
          case ENGINE -> {
            if (!part.path().equals(RELEASE)) {
              throw new Refused("a release of the engine has another path than " + RELEASE);
            }
            yield new Step.InstallEngine(part.path());
          }
        };
    if (!StepEntry.of(step).equals(entry)) {
      throw new Refused("a step does not fit the part that it is about");
    }
    return step;
  }

  private static String service(StepEntry entry) throws Refused {
    String service = entry.service();
    if (service == null || !SERVICE.matcher(service).matches()) {
      throw new Refused("a step about a service names none");
    }
    return service;
  }

  private static JsonMapper mapper() {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(5)
                .maxDocumentLength(MAX_BYTES)
                .build());
    return mapper;
  }
}
