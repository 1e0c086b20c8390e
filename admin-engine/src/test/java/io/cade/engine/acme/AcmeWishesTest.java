package io.cade.engine.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Refusal;
import io.cade.engine.pki.AcmeFiles;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcmeWishesTest {
  @TempDir Path dir;

  private AcmeFiles files() throws Exception {
    return AcmeFiles.open(dir, InstantSource.system(), new SecureRandom());
  }

  @Test
  void withoutAnAuthorityTheRefusalSaysWhatToConfigure() throws Exception {
    AcmeWishes wishes = new AcmeWishes(files(), null, () -> {});
    assertThatThrownBy(() -> wishes.require(List.of("shop.example.com")))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("put a section acme into the engine's configuration");
  }

  @Test
  void aPublicAuthorityIsNotAskedForNamesThatNobodyOutsideKnows() throws Exception {
    AcmeSettings settings =
        new AcmeSettings(
            URI.create("https://ca.example/"), List.of(), null, AcmeSettings.RENEW_BEFORE);
    AcmeWishes wishes = new AcmeWishes(files(), settings, () -> {});
    wishes.require(List.of("shop.example.com"));
    assertThatThrownBy(() -> wishes.require(List.of("shop.example.com", "shop.local")))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("shop.local is no public name");
  }

  @Test
  void aWishIsKeptAndActedUponAtOnce() throws Exception {
    AtomicInteger told = new AtomicInteger();
    AcmeWishes wishes = new AcmeWishes(files(), null, told::incrementAndGet);
    wishes.want("shop");
    assertThat(told).hasValue(1);
    assertThat(files().wanted()).containsExactly("shop");
    assertThat(wishes.forget("shop")).isTrue();
    assertThat(files().wanted()).isEmpty();
  }
}
