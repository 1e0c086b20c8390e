package io.cade.agent.run;

import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.Command;
import io.cade.image.slot.ImageStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A card's image store with two slots in a folder of its own flash. */
public final class SlotImages implements CardImages {
  private final ImageStore store;
  private final List<X509Certificate> authorities;
  private final InstantSource clock;
  private final Runnable restart;

  /**
   * @param folder of the image store
   * @param config with the authority by which images are checked
   * @param restart of the whole card; may return before it happens
   * @throws IOException when the configuration's authority is none
   */
  public SlotImages(Path folder, CardBootConfig config, InstantSource clock, Runnable restart)
      throws IOException {
    this.store = new ImageStore(folder);
    this.authorities = authorities(config.caCertificatePem());
    this.clock = clock;
    this.restart = restart;
  }

  private static List<X509Certificate> authorities(String pem) throws IOException {
    List<X509Certificate> found = new ArrayList<>();
    try {
      Collection<? extends java.security.cert.Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
      all.forEach(each -> found.add((X509Certificate) each));
    } catch (CertificateException e) {
      throw new IOException(
          "the module's authority in the boot configuration is no certificate", e);
    }
    return found;
  }

  @Override
  public Done carryOut(Command.OfImage command, Channel channel)
      throws IOException, InterruptedException {
    return switch (command) {
      case Command.StageImage stage -> {
        if (store.slotOf(stage.digest()).isEmpty()) {
          Path file = store.incoming(stage.digest());
          Files.deleteIfExists(file);
          try {
            channel.open().fetchPackage(stage.digest(), file, stage.bytes());
            store.stage(
                stage.digest(),
                file,
                authorities,
                clock.instant(),
                stage.permit().isEmpty() ? Optional.empty() : Optional.of(stage.permit()));
          } finally {
            Files.deleteIfExists(file);
          }
        }
        yield new Done("staged", false);
      }
      case Command.BootImage boot -> {
        if (store.slotOf(boot.digest()).isEmpty()) {
          throw new IOException("the image is in no slot of this card");
        }
        yield new Done("restarts", true);
      }
      case Command.MarkImage mark -> {
        store.markGood(mark.digest());
        yield new Done("stays", false);
      }
      case Command.RevertImage revert -> {
        boolean runs = store.withdraw(revert.digest(), revert.reason(), clock.instant());
        yield runs ? new Done("restarts", true) : new Done("does not run here", false);
      }
    };
  }

  @Override
  public void restart() {
    restart.run();
  }
}
