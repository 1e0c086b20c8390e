package io.cade.agent.gateway;

import io.cade.agent.wire.Ask;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.RenewRequest;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.RouteSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What an agent or a proxy can say to the engine's gateway. The real adapter speaks JSON over
 * HTTP/1.1 over TLS 1.3 with both sides authenticated; simulations have their own. Calls block and
 * have a time-out of their own; safe for use by several threads.
 *
 * <p>Every call throws {@link GatewayRefusal} when the engine answered with a refusal, another
 * {@link IOException} when it could not be reached or the answer was unusable, {@link
 * InterruptedException} when the caller gave up.
 */
public interface EngineChannel extends AutoCloseable {
  /** Exchanges the one-time secret and a certificate request for a certificate. */
  EnrolReply enrol(EnrolRequest request) throws IOException, InterruptedException;

  /**
   * Exchanges a request, shown with the present certificate, for the certificate that follows it.
   */
  EnrolReply renew(RenewRequest request) throws IOException, InterruptedException;

  IntroductionReply introduce(Introduction introduction) throws IOException, InterruptedException;

  ReportReply report(Report report) throws IOException, InterruptedException;

  AskReply ask(Ask ask) throws IOException, InterruptedException;

  /**
   * Fetches a package into a new file, checking that it has at most {@code maxBytes} bytes and that
   * its SHA-256 is the one asked for; leaves no file behind when it throws.
   *
   * @param digest {@code sha256:} and 64 hexadecimal digits
   */
  void fetchPackage(String digest, Path target, long maxBytes)
      throws IOException, InterruptedException;

  /**
   * Waits until the engine's routes are newer than {@code after}, at most {@code wait}.
   *
   * @return the newer snapshot, or empty when nothing changed meanwhile
   */
  Optional<RouteSnapshot> routes(long after, Duration wait)
      throws IOException, InterruptedException;

  void report(ProxyReport report) throws IOException, InterruptedException;

  /** Hands lines of the card's log over; an engine that does not take them refuses them. */
  LogReply upload(LogUpload lines) throws IOException, InterruptedException;

  /** Hands an inventory of the card over. */
  void upload(Inventory inventory) throws IOException, InterruptedException;

  /**
   * Takes no more calls, and ends when those under way have their answers; {@link #close} ends them
   * at once. A call that comes later fails as one to an engine that cannot be reached.
   */
  void retire();

  @Override
  void close();
}
