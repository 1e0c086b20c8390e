package io.cade.proxy.tls;

import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import java.time.InstantSource;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** A site's context, with the certificate's staple shown for as long as it is good. Thread-safe. */
final class SiteContext extends DelegatingSslContext {
  private final @Nullable Staple staple;
  private final InstantSource clock;

  SiteContext(SslContext context, @Nullable Staple staple, InstantSource clock) {
    super(context);
    this.staple = staple;
    this.clock = clock;
  }

  @Override
  protected void initEngine(SSLEngine engine) {
    Staple shown = staple;
    if (shown != null
        && engine instanceof ReferenceCountedOpenSslEngine boring
        && shown.isCurrent(clock.instant())) {
      boring.setOcspResponse(shown.response());
    }
  }
}
