package io.cade.engine.gateway;

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
import io.cade.engine.change.Refusal;
import io.cade.engine.pki.PeerIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What a card or a proxy can ask of the engine. The transport has verified the peer's certificate
 * against the module's authority; whether that certificate still counts is decided here.
 * Thread-safe; calls do not block.
 *
 * <p>Every stage completes exceptionally with {@link Refusal} when the peer may not or the state
 * does not allow it; {@link java.util.concurrent.RejectedExecutionException} when the engine is too
 * busy; another exception when the engine failed. It may complete on any thread, which must not be
 * kept.
 */
public interface AgentGateway {
  /** Whether a certificate counts at this moment. Puts nothing on record. */
  boolean believes(PeerIdentity peer);

  /**
   * Asked before a message is read: whether the peer may send any. What the message says is looked
   * at by the call itself, who sends it once more.
   *
   * @param asProxy whether the message is one of proxies
   */
  void admit(PeerIdentity peer, boolean asProxy) throws Refusal;

  /** The only call without a certificate: the one-time secret stands in for it. */
  CompletionStage<EnrolReply> enrol(EnrolRequest request);

  /**
   * The same, from an address.
   *
   * @param address of who enrols, in numbers; empty when that is not known
   */
  default CompletionStage<EnrolReply> enrol(EnrolRequest request, String address) {
    return enrol(request);
  }

  /**
   * Issues the certificate that is to follow the card's present one. Both count until the new one
   * is used.
   */
  CompletionStage<EnrolReply> renew(PeerIdentity peer, RenewRequest request);

  CompletionStage<IntroductionReply> introduce(PeerIdentity peer, Introduction introduction);

  CompletionStage<ReportReply> report(PeerIdentity peer, Report report);

  CompletionStage<AskReply> ask(PeerIdentity peer, Ask ask);

  /**
   * The file of a package, if this card may have it (SPEC R4).
   *
   * @param digest {@code sha256:} and 64 hexadecimal digits
   */
  CompletionStage<Path> packageFile(PeerIdentity peer, String digest);

  /**
   * The routes once they are newer than {@code after}; empty when they are not within the wait.
   *
   * @param wait at most {@link RouteWaiters#MAX_WAIT}; longer is cut
   */
  CompletionStage<Optional<RouteSnapshot>> routes(PeerIdentity peer, long after, Duration wait);

  CompletionStage<Void> proxyReport(PeerIdentity peer, ProxyReport report);

  /** Takes lines of the card's log (SPEC A9). */
  CompletionStage<LogReply> logs(PeerIdentity peer, LogUpload lines);

  /** Takes an inventory of the card. */
  CompletionStage<?> inventory(PeerIdentity peer, Inventory inventory);
}
