package io.cade.proxy.route;

import io.cade.agent.core.Standing;
import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.wire.Introduction;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * This card's way to the engine: the certificate of its state directory, and the channel made with
 * it. Safe for use by several threads; what changes the certificate may block, and is called again
 * after a failure.
 */
public interface EngineAccess extends AutoCloseable {
  /**
   * Makes sure that there is a certificate: the one on disk, or, when that is of no use, one for
   * the one-time secret of the card's boot configuration.
   *
   * @throws IOException when the engine cannot be reached or refuses
   */
  void begin() throws IOException, InterruptedException;

  /**
   * The engine did not believe the certificate, or the card not the engine: reads the boot
   * configuration and the disk again, and enrols anew unless another certificate was found there.
   *
   * @throws IOException when the engine cannot be reached or refuses, or there is no new secret yet
   */
  void distrusted() throws IOException, InterruptedException;

  /**
   * The channel as it is now; asked for before each call, since a renewed certificate brings
   * another one.
   *
   * @throws IOException before {@link #begin} has succeeded, and after {@link #close}
   */
  EngineChannel channel() throws IOException;

  /** When the certificate is to be renewed; null when there is none. */
  Standing.@Nullable Renewal renewal();

  /**
   * Renews the certificate while the channel is in use.
   *
   * @param proof what the card says with the new one
   * @throws IOException when the engine cannot be reached or refuses; one of both is usable then
   */
  void renew(Introduction proof) throws IOException, InterruptedException;

  @Override
  void close();
}
