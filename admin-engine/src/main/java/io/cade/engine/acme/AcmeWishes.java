package io.cade.engine.acme;

import io.cade.engine.change.Refusal;
import io.cade.engine.operate.CertificateDesk;
import io.cade.engine.pki.AcmeFiles;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators want of the authority. Thread-safe. */
public final class AcmeWishes implements CertificateDesk.Automatic {
  private final AcmeFiles files;
  private final @Nullable AcmeSettings settings;
  private final Runnable wanted;

  /**
   * @param settings null when no authority is configured
   * @param wanted told that there is something to do; must be quick
   */
  public AcmeWishes(AcmeFiles files, @Nullable AcmeSettings settings, Runnable wanted) {
    this.files = files;
    this.settings = settings;
    this.wanted = wanted;
  }

  @Override
  public void require(List<String> hosts) throws Refusal {
    if (settings == null) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "no certificate authority is configured: put a section acme into the engine's"
              + " configuration and start it anew");
    }
    String objection = HostNames.objection(hosts, settings.isPrivate()).orElse("");
    if (!objection.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, objection);
    }
  }

  @Override
  public void want(String service) throws IOException {
    files.want(service);
    wanted.run();
  }

  @Override
  public boolean forget(String service) throws IOException {
    return files.forget(service);
  }
}
