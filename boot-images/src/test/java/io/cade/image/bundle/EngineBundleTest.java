package io.cade.image.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.image.boot.ImageSigner;
import io.cade.image.boot.TestAuthority;
import io.cade.image.bundle.Bundle.Step;
import io.cade.image.release.ReleasePackage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A release of the engine in a bundle. */
class EngineBundleTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final Instant BUILT = Instant.parse("2026-02-03T04:05:06Z");

  @TempDir private Path folder;
  private TestAuthority authority;
  private ImageSigner signer;
  private Path tree;

  @BeforeEach
  void build() throws Exception {
    authority = new TestAuthority("CN=module");
    signer = authority.signer();
    tree = tree("tree", "0.2");
  }

  private Path tree(String name, String version) throws IOException {
    Path root = folder.resolve(name);
    Path lib = Files.createDirectories(root.resolve("hardware-sim/target/dist/lib"));
    Files.writeString(root.resolve("cade"), "#!/bin/sh\n");
    Files.writeString(lib.resolveSibling("classpath"), "lib/admin-engine-1.jar:lib/other-2.jar\n");
    Files.writeString(lib.resolve("other-2.jar"), "other");
    Files.writeString(lib.resolve("hardware-sim-1.jar"), "sim");
    Files.writeString(lib.resolve("stray-1.jar"), "named by nobody");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    try (OutputStream out = Files.newOutputStream(lib.resolve("admin-engine-1.jar"));
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      jar.finish();
    }
    for (String each : List.of("admin-engine-1.jar", "other-2.jar", "hardware-sim-1.jar")) {
      Files.setLastModifiedTime(lib.resolve(each), FileTime.from(BUILT));
    }
    Files.setLastModifiedTime(root.resolve("cade"), FileTime.from(BUILT));
    return root;
  }

  private Path bundle(String name, Path of) throws IOException {
    Path file = folder.resolve(name);
    BundleBuilder.ofEngine(
            of, folder.resolve(name + ".release"), FromVersions.parse("0.1.*"), signer)
        .write(file, signer);
    return file;
  }

  @Test
  void aReleaseIsVerifiedAndUnpackedAsAnInstalledTree() throws Exception {
    Path file = bundle("a.cade", tree);
    Path out = folder.resolve("out");
    BundleCheck check = BundleReader.unpack(file, List.of(authority.certificate), NOW, out);
    assertThat(check).isInstanceOf(BundleCheck.Accepted.class);
    Bundle bundle = ((BundleCheck.Accepted) check).bundle();
    assertThat(bundle.name() + ":" + bundle.version()).isEqualTo("engine:0.2");
    assertThat(bundle.build()).isEqualTo(BUILT.getEpochSecond());
    assertThat(bundle.upgrade()).containsExactly(new Step.InstallEngine("payload/engine.release"));
    Path release = folder.resolve("release");
    assertThat(
            ReleasePackage.unpack(
                out.resolve("content/payload/engine.release"),
                List.of(authority.certificate),
                NOW,
                release))
        .isInstanceOf(ReleasePackage.Check.Accepted.class);
    assertThat(release.resolve("content/cade")).isRegularFile();
    assertThat(release.resolve("content/dist/lib/hardware-sim-1.jar")).isRegularFile();
    assertThat(release.resolve("content/dist/lib/stray-1.jar")).doesNotExist();
    // What was unpacked is a tree itself.
    assertThat(ReleasePackage.tree(release.resolve("content")).version()).isEqualTo("0.2");
  }

  @Test
  void theSameTreeGivesTheSameBytes() throws Exception {
    assertThat(bundle("a.cade", tree)).hasSameBinaryContentAs(bundle("b.cade", tree));
  }

  @Test
  void anotherSignerIsRefused() throws Exception {
    Path file = bundle("a.cade", tree);
    TestAuthority other = new TestAuthority("CN=other");
    assertThat(BundleReader.verify(file, List.of(other.certificate), NOW, folder))
        .isInstanceOf(BundleCheck.Rejected.class);
  }

  @Test
  void aReleaseThatTheAuthorityDoesNotKnowIsRefusedWithinAGoodBundle() throws Exception {
    Path file = folder.resolve("mixed.cade");
    BundleBuilder.ofEngine(
            tree,
            folder.resolve("mixed.release"),
            FromVersions.parse("any"),
            new TestAuthority("CN=other").signer())
        .write(file, signer);
    BundleCheck check = BundleReader.verify(file, List.of(authority.certificate), NOW, folder);
    assertThat(check)
        .isInstanceOfSatisfying(
            BundleCheck.Rejected.class,
            r -> assertThat(r.reason()).contains("the release in the bundle must not be used"));
  }

  @Test
  void aTreeThatWasNotBuiltOrNamesFilesElsewhereIsRefused() throws Exception {
    assertThatThrownBy(() -> bundle("a.cade", folder))
        .hasMessageContaining("is no built tree")
        .hasMessageContaining("./cade build");
    Files.writeString(folder.resolve("secret.jar"), "elsewhere");
    Files.writeString(
        tree.resolve("hardware-sim/target/dist/classpath"), "lib/../../../../../secret.jar");
    assertThatThrownBy(() -> bundle("a.cade", tree)).hasMessageContaining("secret.jar");
    assertThatThrownBy(() -> bundle("a.cade", tree("odd", "../0.3")))
        .hasMessageContaining("no usable version");
  }
}
