package io.cade.image.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TimeZone;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageTest {
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

  private ImageBuilder builder() throws IOException {
    return new ImageBuilder("blade", "1.2", 7, CREATED, "x86_64")
        .kernel(file("vmlinuz", "kernel"))
        .initrd(file("a.cpio", "first"))
        .initrd(file("b.cpio", "second"))
        .loader("undionly.kpxe", file("ipxe", "loader"))
        .commandLine("console=ttyS0 quiet")
        .minimumBuild(3);
  }

  private Path image(String name) throws IOException {
    Path image = folder.resolve(name);
    builder().write(image, signer);
    return image;
  }

  private ImageCheck verify(Path image) throws IOException {
    return ImageReader.verify(image, List.of(authority.certificate), NOW);
  }

  private static String reason(ImageCheck check) {
    assertThat(check).isInstanceOf(ImageCheck.Rejected.class);
    return ((ImageCheck.Rejected) check).reason();
  }

  @Test
  void whatWasBuiltIsVerifiedAndSaysWhatItIs() throws Exception {
    ImageCheck check = verify(image("a.img"));
    assertThat(check).isInstanceOf(ImageCheck.Accepted.class);
    BootImage image = ((ImageCheck.Accepted) check).image();
    assertThat(image.name() + " " + image.version()).isEqualTo("blade 1.2");
    assertThat(image.build()).isEqualTo(7);
    assertThat(image.minimumBuild()).isEqualTo(3);
    assertThat(image.created()).isEqualTo(CREATED);
    assertThat(image.parts(PartRole.INITRD))
        .extracting(BootImage.Part::path)
        .containsExactly("initrd/00", "initrd/01");
    assertThat(image.part(PartRole.LOADER).orElseThrow().fileName()).isEqualTo("undionly.kpxe");
    assertThat(image.bytes()).isEqualTo(6 + 5 + 6 + 6 + 19);
    assertThat(((ImageCheck.Accepted) check).signer()).isEqualTo("CN=signer");
  }

  @Test
  void theSameInputGivesTheSameBytesWhateverTheMachineSays() throws Exception {
    Path first = image("first.img");
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
      // Other order, other times.
      Path second = folder.resolve("second.img");
      ImageBuilder other =
          new ImageBuilder("blade", "1.2", 7, CREATED.plusNanos(999), "x86_64")
              .minimumBuild(3)
              .commandLine("console=ttyS0 quiet")
              .loader("undionly.kpxe", file("ipxe", "loader"))
              .initrd(file("a.cpio", "first"))
              .initrd(file("b.cpio", "second"))
              .kernel(file("vmlinuz", "kernel"));
      for (String name : List.of("ipxe", "a.cpio", "b.cpio", "vmlinuz")) {
        Files.setLastModifiedTime(folder.resolve(name), FileTime.fromMillis(1_000_000));
      }
      other.write(second, signer);
      assertThat(Files.readAllBytes(second)).isEqualTo(Files.readAllBytes(first));
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  @Test
  void everyFlippedByteIsNoticed() throws Exception {
    byte[] good = Files.readAllBytes(image("a.img"));
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Path bad = folder.resolve("bad.img");
    for (int i = 0; i < good.length; i++) {
      byte[] flipped = good.clone();
      flipped[i] ^= (byte) (1 << random.nextInt(8));
      Files.write(bad, flipped);
      assertThat(verify(bad))
          .as("byte %d of %d", i, good.length)
          .isInstanceOf(ImageCheck.Rejected.class);
    }
  }

  @Test
  void everyTruncationAndEveryAdditionIsNoticed() throws Exception {
    byte[] good = Files.readAllBytes(image("a.img"));
    Path bad = folder.resolve("bad.img");
    for (int length = 0; length < good.length; length += 1 + length / 50) {
      Files.write(bad, java.util.Arrays.copyOf(good, length));
      assertThat(verify(bad)).as("%d bytes", length).isInstanceOf(ImageCheck.Rejected.class);
    }
    Files.write(bad, java.util.Arrays.copyOf(good, good.length + 1));
    assertThat(verify(bad)).isInstanceOf(ImageCheck.Rejected.class);
  }

  @Test
  void anotherModulesSignerIsNotBelieved() throws Exception {
    ImageSigner foreign = new TestAuthority("CN=other").signer();
    Path image = folder.resolve("a.img");
    builder().write(image, foreign);
    assertThat(reason(verify(image))).contains("not certified by this module's authority");
    // Nor one who calls himself by the name of this module's authority.
    builder().write(image, new TestAuthority("CN=module").signer());
    assertThat(reason(verify(image))).contains("not certified by this module's authority");
  }

  @Test
  void aCardsCertificateDoesNotSignImages() throws Exception {
    Path image = folder.resolve("a.img");
    builder().write(image, authority.signer("Ed25519", KeyPurposeId.id_kp_clientAuth));
    assertThat(reason(verify(image))).contains("not for signing images");
  }

  @Test
  void aCertificateIsBelievedInItsTimeOnly() throws Exception {
    Path image = image("a.img");
    List<java.security.cert.X509Certificate> trusted = List.of(authority.certificate);
    assertThat(reason(ImageReader.verify(image, trusted, TestAuthority.UNTIL.plusSeconds(1))))
        .contains("any more");
    assertThat(reason(ImageReader.verify(image, trusted, TestAuthority.FROM.minusSeconds(1))))
        .contains("not certified");
  }

  @Test
  void theSignersCertificateOfSomebodyElseDoesNotHelp() throws Exception {
    // Signed with an own key, shown with a good signer's certificate.
    ImageSigner thief = new ImageSigner(new TestAuthority("CN=x").signer().key(), signer.chain());
    Path image = folder.resolve("a.img");
    builder().write(image, thief);
    assertThat(reason(verify(image))).contains("signature");
  }

  @Test
  void aPackageIsNoImage() throws Exception {
    Path site = folder.resolve("site.pkg");
    new PackageBuilder("shop", "1", "static-site", 1, CREATED)
        .file("index.html", new byte[3])
        .write(site, signer.key());
    assertThat(reason(verify(site))).contains("kind static-site, not a boot image");
    assertThat(reason(ImageReader.show(site))).contains("not a boot image");
  }

  @Test
  void whatTheDescriptionDoesNotNameIsRefused() throws Exception {
    Path image = folder.resolve("a.img");
    new PackageBuilder("blade", "1", Description.KIND, 1, CREATED)
        .file("kernel", new byte[3])
        .file("extra", new byte[3])
        .file(
            Description.CHAIN,
            Chain.pem(signer.chain()).getBytes(java.nio.charset.StandardCharsets.US_ASCII))
        .file(
            Description.FILE,
            new Description(
                    1, "x86_64", 0, List.of(new Description.PartEntry(PartRole.KERNEL, "kernel")))
                .encode())
        .write(image, signer.key());
    assertThat(reason(verify(image))).contains("does not name");
  }

  @Test
  void impossibleImagesAreNotBuiltAndTheOldFileStays() throws Exception {
    Path image = file("a.img", "old");
    assertThatThrownBy(
            () -> new ImageBuilder("blade", "1", 1, CREATED, "x86_64").write(image, signer))
        .hasMessageContaining("0 parts of the role kernel");
    assertThatThrownBy(() ->
            new ImageBuilder("bl ade", "1", 1, CREATED, "x86_64")
                .kernel(file("k", "k"))
                .write(image, signer))
        .hasMessageContaining("letters, digits");
    assertThatThrownBy(() ->
            new ImageBuilder("blade", "1", 1, CREATED, "x86_64")
                .kernel(file("k", "k"))
                .minimumBuild(2)
                .write(image, signer))
        .hasMessageContaining("above its own");
    assertThatThrownBy(
            () -> new ImageBuilder("blade", "1", 1, CREATED, "z80").commandLine("two\nlines"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(image).hasContent("old");
    try (var left = Files.list(folder)) {
      assertThat(left.map(p -> p.getFileName().toString()).filter(n -> n.startsWith(".")))
          .isEmpty();
    }
  }

  @Test
  void unpackingLeavesThePartsOrNothing() throws Exception {
    Path image = image("a.img");
    Path target = folder.resolve("unpacked");
    List<java.security.cert.X509Certificate> trusted = List.of(authority.certificate);
    assertThat(ImageReader.unpack(image, trusted, NOW, target))
        .isInstanceOf(ImageCheck.Accepted.class);
    assertThat(target.resolve("content/kernel")).hasContent("kernel");
    assertThat(target.resolve("content/initrd/01")).hasContent("second");

    byte[] bytes = Files.readAllBytes(image);
    bytes[bytes.length / 2] ^= 1;
    Files.write(image, bytes);
    Path other = folder.resolve("other");
    assertThat(ImageReader.unpack(image, trusted, NOW, other))
        .isInstanceOf(ImageCheck.Rejected.class);
    assertThat(other).doesNotExist();
  }
}
