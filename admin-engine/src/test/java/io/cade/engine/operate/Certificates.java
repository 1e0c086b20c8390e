package io.cade.engine.operate;

import io.cade.engine.app.SiteCertificateCache;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.UploadedCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Executor;

/** The desk for certificates as the engine has it. */
public final class Certificates {
  private Certificates() {}

  public static CertificateDesk desk(
      ChangeWriter writer, ModuleAuthority authority, Path dir, Executor blocking)
      throws IOException {
    UploadedCertificates uploaded =
        UploadedCertificates.open(dir.resolve("uploaded"), InstantSource.system());
    return new CertificateDesk(
        writer,
        uploaded,
        new SiteCertificateCache(authority, uploaded, InstantSource.system(), blocking),
        blocking);
  }
}
