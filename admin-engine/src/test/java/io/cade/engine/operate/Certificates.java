package io.cade.engine.operate;

import io.cade.engine.acme.AcmeSettings;
import io.cade.engine.acme.AcmeWishes;
import io.cade.engine.acme.RenewalPolicy;
import io.cade.engine.app.SiteCertificateCache;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.pki.AcmeFiles;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.UploadedCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The desk for certificates as the engine has it. */
public final class Certificates {
  private Certificates() {}

  public static CertificateDesk desk(
      ChangeWriter writer, ModuleAuthority authority, Path dir, Executor blocking)
      throws IOException {
    return desk(writer, authority, null, dir, blocking);
  }

  /**
   * @param settings null when certificates cannot be ordered; nobody carries orders out
   */
  public static CertificateDesk desk(
      ChangeWriter writer,
      ModuleAuthority authority,
      @Nullable AcmeSettings settings,
      Path dir,
      Executor blocking)
      throws IOException {
    UploadedCertificates uploaded =
        UploadedCertificates.open(dir.resolve("uploaded"), InstantSource.system());
    AcmeFiles acme =
        AcmeFiles.open(dir.resolve("acme"), InstantSource.system(), new SecureRandom());
    return new CertificateDesk(
        writer,
        uploaded,
        new AcmeWishes(acme, settings, () -> {}),
        new SiteCertificateCache(
            authority,
            uploaded,
            acme,
            new RenewalPolicy(AcmeSettings.RENEW_BEFORE),
            InstantSource.system(),
            blocking),
        blocking);
  }
}
