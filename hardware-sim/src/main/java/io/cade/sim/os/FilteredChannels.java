package io.cade.sim.os;

import io.cade.agent.gateway.CardIdentity;
import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.gateway.EngineChannels;
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
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A card's way to its engine through its packet filter: what that drops does not arrive, on old
 * connections either. Thread-safe.
 */
public final class FilteredChannels implements EngineChannels {
  private final EngineChannels channels;
  private final SimulatedSystem system;

  public FilteredChannels(EngineChannels channels, SimulatedSystem system) {
    this.channels = channels;
    this.system = system;
  }

  @Override
  public EngineChannel open(GatewayAddress gateway, CardIdentity identity) throws IOException {
    return new Filtered(channels.open(gateway, identity), gateway.port());
  }

  private final class Filtered implements EngineChannel {
    private final EngineChannel channel;
    private final int port;

    Filtered(EngineChannel channel, int port) {
      this.channel = channel;
      this.port = port;
    }

    private EngineChannel passed() throws IOException {
      if (system.cutsOff(port)) {
        throw new ConnectException("the card's packet filter drops packets of port " + port);
      }
      return channel;
    }

    @Override
    public EnrolReply enrol(EnrolRequest request) throws IOException, InterruptedException {
      return passed().enrol(request);
    }

    @Override
    public EnrolReply renew(RenewRequest request) throws IOException, InterruptedException {
      return passed().renew(request);
    }

    @Override
    public IntroductionReply introduce(Introduction introduction)
        throws IOException, InterruptedException {
      return passed().introduce(introduction);
    }

    @Override
    public ReportReply report(Report report) throws IOException, InterruptedException {
      return passed().report(report);
    }

    @Override
    public AskReply ask(Ask ask) throws IOException, InterruptedException {
      return passed().ask(ask);
    }

    @Override
    public void fetchPackage(String digest, Path target, long maxBytes)
        throws IOException, InterruptedException {
      passed().fetchPackage(digest, target, maxBytes);
    }

    @Override
    public LogReply upload(LogUpload lines) throws IOException, InterruptedException {
      return passed().upload(lines);
    }

    @Override
    public void upload(Inventory inventory) throws IOException, InterruptedException {
      passed().upload(inventory);
    }

    @Override
    public Optional<RouteSnapshot> routes(long after, Duration wait)
        throws IOException, InterruptedException {
      return passed().routes(after, wait);
    }

    @Override
    public void report(ProxyReport report) throws IOException, InterruptedException {
      passed().report(report);
    }

    @Override
    public void retire() {
      channel.retire();
    }

    @Override
    public void close() {
      channel.close();
    }
  }
}
