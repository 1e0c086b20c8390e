package io.cade.image.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.image.Digests;
import io.cade.image.boot.ImageBuilder;
import io.cade.image.boot.ImageSigner;
import io.cade.image.boot.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

  @TempDir private Path folder;
  private TestAuthority authority;
  private ImageSigner signer;
  private ImageStore store;

  @BeforeEach
  void found() throws Exception {
    authority = new TestAuthority("CN=module");
    signer = authority.signer();
    store = new ImageStore(folder.resolve("store"));
  }

  private String stage(long build, ImageSigner by) throws IOException {
    return stage(build, 0, by);
  }

  private String stage(long build, long minimum, ImageSigner by) throws IOException {
    Path image = folder.resolve("image");
    new ImageBuilder("blade", "1." + build, build, NOW, "x86_64")
        .kernel(Files.writeString(folder.resolve("kernel"), "kernel " + build))
        .minimumBuild(minimum)
        .write(image, by);
    String digest = Digests.of(image);
    Path incoming = store.incoming(digest);
    Files.copy(image, incoming);
    store.stage(digest, incoming, List.of(authority.certificate), NOW, Optional.empty());
    return digest;
  }

  private Optional<String> boots() throws IOException {
    return store.powerOn().map(b -> b.image().version());
  }

  @Test
  void anEmptyStoreBootsFromTheNetwork() throws Exception {
    assertThat(boots()).isEmpty();
  }

  @Test
  void anImageIsTriedOnceAndStaysOnlyWhenItIsMarkedGood() throws Exception {
    String first = stage(1, signer);
    assertThat(boots()).contains("1.1");
    assertThat(boots()).as("a second boot on trial").isEmpty();
    stage(2, signer);
    assertThat(boots()).contains("1.2");
    store.markGood(stage(2, signer));
    assertThat(boots()).contains("1.2");
    assertThat(boots()).contains("1.2");
    assertThatThrownBy(() -> store.markGood(first)).hasMessageContaining("another image runs");
    String third = stage(3, signer);
    assertThat(boots()).contains("1.3");
    assertThat(boots()).as("power cut before it was marked good").contains("1.2");
    assertThat(store.slotOf(third)).isEmpty();
  }

  @Test
  void aGoodImageThatIsTakenBackLeavesTheOneBefore() throws Exception {
    store.markGood(booted(stage(1, signer)));
    String second = booted(stage(2, 2, signer));
    store.markGood(second);
    assertThat(store.state().floor()).isEqualTo(2);
    assertThat(store.withdraw(second, "update of ann: it fails", NOW)).isTrue();
    assertThat(store.withdraw(second, "once more", NOW)).as("restart still due").isTrue();
    assertThat(boots()).contains("1.1");
    assertThat(store.state().permits().getFirst().reason()).contains("it fails");
    assertThat(store.withdraw(second, "once more", NOW)).isFalse();
  }

  private String booted(String digest) throws IOException {
    assertThat(store.powerOn()).isPresent();
    return digest;
  }

  @Test
  void whatMustNotBeUsedChangesNothing() throws Exception {
    store.markGood(booted(stage(5, signer)));
    SlotState before = store.state();
    ImageSigner stranger = new TestAuthority("CN=other").signer();
    assertThatThrownBy(() -> stage(6, stranger)).hasMessageContaining("the image is refused");
    assertThatThrownBy(() -> stage(4, signer)).hasMessageContaining("older");
    String wrong = Digests.of(new byte[] {1});
    Path incoming = store.incoming(wrong);
    Files.write(incoming, new byte[] {2});
    assertThatThrownBy(() ->
            store.stage(wrong, incoming, List.of(authority.certificate), NOW, Optional.empty()))
        .hasMessageContaining("is not the image");
    assertThat(store.state()).isEqualTo(before);
    try (Stream<Path> files = Files.list(folder.resolve("store"))) {
      assertThat(files.map(p -> p.getFileName().toString()))
          .filteredOn(n -> n.startsWith("."))
          .isEmpty();
    }
    assertThat(boots()).contains("1.5");
  }

  @Test
  void aDamagedImageIsNotBooted() throws Exception {
    store.markGood(booted(stage(1, signer)));
    String second = booted(stage(2, signer));
    store.markGood(second);
    Path file = folder.resolve("store").resolve(Digests.hex(second) + ".img");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
    assertThat(boots()).contains("1.1");
  }

  @Test
  void theSlotThatRunsIsNeverOverwritten() throws Exception {
    store.markGood(booted(stage(1, signer)));
    stage(2, signer);
    stage(3, signer);
    assertThat(boots()).contains("1.3");
    assertThat(boots()).contains("1.1");
    try (Stream<Path> files = Files.list(folder.resolve("store"))) {
      assertThat(files.filter(p -> p.toString().endsWith(".img"))).hasSize(2);
    }
  }
}
