package io.cade.image.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.image.PackageBuilder;
import io.cade.image.boot.CertifiedPackage;
import io.cade.image.boot.ImageBuilder;
import io.cade.image.boot.ImageSigner;
import io.cade.image.boot.TestAuthority;
import io.cade.image.bundle.Bundle.Step;
import io.cade.image.bundle.Bundle.Target;
import io.cade.image.bundle.Downgrade.Back;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleTest {
  private static final Instant CREATED = Instant.parse("2026-02-03T04:05:06Z");
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

  @TempDir private Path folder;
  private TestAuthority authority;
  private ImageSigner signer;

  @BeforeEach
  void found() throws Exception {
    authority = new TestAuthority("CN=module");
    signer = authority.signer();
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Path image(String version, ImageSigner by) throws IOException {
    Path image = folder.resolve("blade-" + version + ".img");
    new ImageBuilder("blade", version, 7, CREATED, "x86_64")
        .kernel(file("vmlinuz", "kernel " + version))
        .write(image, by);
    return image;
  }

  private Path bundle(String name) throws IOException {
    Path bundle = folder.resolve(name);
    BundleBuilder.ofImage(image("1.4", signer), "server", FromVersions.parse("1.2..1.3"))
        .write(bundle, signer);
    return bundle;
  }

  private BundleCheck verify(Path bundle) throws IOException {
    return BundleReader.verify(bundle, List.of(authority.certificate), NOW, folder);
  }

  private static String reason(BundleCheck check) {
    assertThat(check).isInstanceOf(BundleCheck.Rejected.class);
    return ((BundleCheck.Rejected) check).reason();
  }

  private List<String> leftovers() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(p -> p.getFileName().toString()).filter(n -> n.startsWith(".")).toList();
    }
  }

  @Test
  void whatWasBuiltIsVerifiedAndSaysWhatItIs() throws Exception {
    BundleCheck check = verify(bundle("a.cade"));
    assertThat(check).isInstanceOf(BundleCheck.Accepted.class);
    Bundle bundle = ((BundleCheck.Accepted) check).bundle();
    assertThat(bundle.name() + " " + bundle.version()).isEqualTo("blade 1.4");
    assertThat(bundle.build()).isEqualTo(7);
    assertThat(bundle.target()).isEqualTo(new Target("x86_64", "server"));
    assertThat(bundle.from().accepts("1.2.9")).isTrue();
    assertThat(bundle.from().accepts("1.4")).isFalse();
    assertThat(bundle.upgrade()).containsExactly(new Step.InstallImage("payload/blade.img"));
    assertThat(bundle.image()).isPresent();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void unpackingLeavesTheImageAsItWasSigned() throws Exception {
    Path target = folder.resolve("unpacked");
    assertThat(BundleReader.unpack(bundle("a.cade"), List.of(authority.certificate), NOW, target))
        .isInstanceOf(BundleCheck.Accepted.class);
    assertThat(target.resolve("content/payload/blade.img"))
        .hasSameBinaryContentAs(folder.resolve("blade-1.4.img"));
  }

  @Test
  void theSameInputGivesTheSameBytes() throws Exception {
    Path first = bundle("a.cade");
    TimeZone zone = TimeZone.getDefault();
    Locale locale = Locale.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Chatham"));
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      assertThat(bundle("b.cade")).hasSameBinaryContentAs(first);
    } finally {
      TimeZone.setDefault(zone);
      Locale.setDefault(locale);
    }
  }

  @Test
  void bundleOfAStrangerIsRejectedAndLeavesNothing() throws Exception {
    Path target = folder.resolve("unpacked");
    TestAuthority other = new TestAuthority("CN=other");
    assertThat(
            reason(BundleReader.unpack(bundle("a.cade"), List.of(other.certificate), NOW, target)))
        .contains("not certified by this module's authority");
    assertThat(target).doesNotExist();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void imageOfAStrangerWithinAGoodBundleIsRejectedAndLeavesNothing() throws Exception {
    ImageSigner stranger = new TestAuthority("CN=other").signer();
    Path bundle = folder.resolve("a.cade");
    BundleBuilder.ofImage(image("1.4", stranger), "server", FromVersions.parse("any"))
        .write(bundle, signer);
    Path target = folder.resolve("unpacked");
    assertThat(reason(BundleReader.unpack(bundle, List.of(authority.certificate), NOW, target)))
        .contains("payload/blade.img")
        .contains("must not be used");
    assertThat(target).doesNotExist();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void imageOfAnotherVersionThanTheBundleSaysIsRejected() throws Exception {
    Path bundle = folder.resolve("a.cade");
    new BundleBuilder(
            "blade", "1.5", 8, CREATED, new Target("x86_64", "any"), FromVersions.parse("any"))
        .image("blade.img", image("1.4", signer))
        .write(bundle, signer);
    assertThat(reason(verify(bundle))).contains("another than the bundle says");
  }

  @Test
  void everyTruncationAndTrailingBytesAreRejected() throws Exception {
    byte[] whole = Files.readAllBytes(bundle("a.cade"));
    Path cut = folder.resolve("cut.cade");
    for (int length = 0; length < whole.length; length += 97) {
      Files.write(cut, Arrays.copyOf(whole, length));
      reason(verify(cut));
    }
    Files.write(cut, Arrays.copyOf(whole, whole.length + 1));
    reason(verify(cut));
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void flippedBitsAreRejectedWithAReason() throws Exception {
    long seed = 20261121;
    Random random = new Random(seed);
    byte[] whole = Files.readAllBytes(bundle("a.cade"));
    Path flipped = folder.resolve("flipped.cade");
    for (int i = 0; i < 200; i++) {
      byte[] bytes = whole.clone();
      int at = random.nextInt(bytes.length);
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(flipped, bytes);
      assertThat(verify(flipped))
          .as("seed %d, byte %d", seed, at)
          .isInstanceOf(BundleCheck.Rejected.class);
    }
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void anImageIsNoBundleAndABundleIsNoImage() throws Exception {
    assertThat(reason(verify(image("1.4", signer)))).contains("boot-image, not an update bundle");
  }

  private String forged(String description, String... paths) throws IOException {
    PackageBuilder content = new PackageBuilder("blade", "1.4", "update-bundle", 7, CREATED);
    content.file("bundle.json", description.getBytes(StandardCharsets.UTF_8));
    for (String path : paths) {
      content.file(path, new byte[] {1});
    }
    Path bundle = folder.resolve("forged.cade");
    CertifiedPackage.write(content, bundle, signer);
    return reason(verify(bundle));
  }

  private static String description(String parts, String steps) {
    return """
    {"format":1,"architecture":"x86_64","role":"any","from":["any"],\
    "parts":[%s],"upgrade":[%s]}\
    """
        .formatted(parts, steps);
  }

  @Test
  void descriptionsThatContradictTheContentAreRejectedThoughSigned() throws Exception {
    String part = "{\"kind\":\"package\",\"path\":\"payload/a\"}";
    String step = "{\"step\":\"install-package\",\"part\":\"payload/a\",\"service\":\"mail\"}";
    assertThat(forged(description(part, step))).contains("missing or named twice");
    assertThat(forged(description(part, step), "payload/a", "payload/b")).contains("does not name");
    assertThat(forged(description(part + "," + part, step), "payload/a")).contains("named twice");
    assertThat(forged(description(part, ""), "payload/a")).contains("0 steps");
    assertThat(forged(description(part, step + "," + step), "payload/a"))
        .contains("has a step already");
    assertThat(
            forged(
                description(
                    part,
                    "{\"step\":\"install-image\",\"part\":\"payload/a\",\"service\":\"mail\"}"),
                "payload/a"))
        .contains("does not fit");
    assertThat(
            forged(
                description(part, "{\"step\":\"install-package\",\"part\":\"payload/a\"}"),
                "payload/a"))
        .contains("about a service names none");
    assertThat(
            forged(
                description(
                    "{\"kind\":\"configuration\",\"path\":\"payload/a\"}",
                    "{\"step\":\"configure\",\"part\":\"payload/a\",\"service\":\"mail\"}"),
                "payload/a"))
        .contains("not below payload/configuration/");
    assertThat(
            forged(description("{\"kind\":\"magic\",\"path\":\"payload/a\"}", step), "payload/a"))
        .contains("unknown kind");
    assertThat(forged("{}", "payload/a")).contains("malformed");
    assertThat(
            forged(description(part, step).replace("any\",\"from", "king\",\"from"), "payload/a"))
        .contains("for none of");
  }

  @Test
  void theWayBackIsTheWayUpLastFirst() throws Exception {
    Path bundle = folder.resolve("a.cade");
    Bundle made =
        new BundleBuilder(
                "mail", "2.0", 9, CREATED, new Target("any", "server"), FromVersions.parse("1.*"))
            .servicePackage("mail", "content.zip", file("m", "mail"))
            .configuration("mail", "etc/mail.conf", file("c", "conf"))
            .migration("mail", "carry", file("p", "#!/bin/sh"), 60)
            .write(bundle, signer)
            .bundle();
    assertThat(verify(bundle)).isInstanceOf(BundleCheck.Accepted.class);
    assertThat(made.upgrade())
        .containsExactly(
            new Step.InstallPackage("payload/content.zip", "mail"),
            new Step.Configure("payload/configuration/etc/mail.conf", "mail"),
            new Step.Migrate("payload/carry", "mail", 60));
    assertThat(((Step.Configure) made.upgrade().get(1)).file()).isEqualTo("etc/mail.conf");
    assertThat(Downgrade.of(made).steps())
        .containsExactly(
            new Back.Migrate("payload/carry", "mail", 60), new Back.ContentBefore("mail"));
  }

  @Test
  void versionsAreComparedByTheirNumbers() {
    assertThat(FromVersions.parse("1.9..1.10").accepts("1.9.5")).isTrue();
    assertThat(FromVersions.parse("1.4.*").accepts("1.4.0")).isTrue();
    assertThat(FromVersions.parse("1.4.*").accepts("1.40")).isFalse();
    assertThat(FromVersions.parse("1.3, 2.0").accepts("2.0")).isTrue();
    assertThat(FromVersions.parse("any").accepts("x")).isTrue();
    assertThatThrownBy(() -> FromVersions.parse("1.10..1.9"))
        .hasMessageContaining("ends before it begins");
    assertThatThrownBy(() -> FromVersions.parse("1.2,,")).hasMessageContaining("is no version");
  }
}
