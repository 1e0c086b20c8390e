package io.cade.mib.snmp;

import io.cade.mib.CabinetControl;
import io.cade.mib.CabinetView;
import io.cade.mib.MibOids;
import io.cade.mib.snmp.Subtrees.Subtree;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snmp4j.MessageDispatcherImpl;
import org.snmp4j.mp.CounterSupport;
import org.snmp4j.mp.MPv1;
import org.snmp4j.mp.MPv2c;
import org.snmp4j.smi.UdpAddress;

/**
 * The SNMP agent of the cabinet (SPEC S1, S3): SNMPv1 and v2c for reading by communities, SNMPv3
 * authPriv for reading and writing by users, over UDP, and SNMPv3 over TLS by certificates where
 * that is configured (RFC 6353). It serves the system and snmp groups, the statistics of the engine
 * and the enterprise MIB; each role has its view.
 *
 * <p>One thread (SNMP4J's listener, a daemon) receives and answers, one request after another; the
 * view is read on it. What is set is carried out elsewhere, and answered when it is durable.
 *
 * <p>Limits: a request or response has at most {@value #MAX_MESSAGE_OCTETS} octets. A longer
 * request is cut by the receiving buffer, counted in snmpInASNParseErrs and not answered; a longer
 * GETBULK response carries fewer rows, any other gets tooBig (RFC 3416 section 4.2). What it shows
 * of the cabinet may be 250 ms old, but not older than the last answered SET.
 *
 * <p>{@link #start} and {@link #close} belong to one owner thread; the other methods may be called
 * from any.
 */
public final class SnmpAgent implements AutoCloseable {
  /**
   * Largest message in octets, in both directions. RFC 3417 asks for 484 and recommends 1,472.
   * SNMP4J clears a buffer of this size for each datagram: its default of 64 KiB costs more than
   * the answer.
   */
  public static final int MAX_MESSAGE_OCTETS = 4096;

  /** Kernel buffer, for the bursts of several managers that walk at once. */
  private static final int RECEIVE_BUFFER_OCTETS = 256 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(SnmpAgent.class);

  private final SnmpAgentConfig config;
  private final CabinetView view;
  private final CabinetControl control;
  private final AuthenticationFailures failures;
  private final InstantSource clock;
  private final LongSupplier nanoTicker;
  private final RandomGenerator random;
  private final boolean shortWay;
  private volatile @Nullable AgentSocket transport;
  private volatile @Nullable TlsSocket tls;
  private volatile long startNanos;

  /** An agent that is not started yet; its cabinet can only be read. */
  public SnmpAgent(SnmpAgentConfig config, CabinetView view, InstantSource clock) {
    this(config, view, CabinetControl.none(), AuthenticationFailures.NONE, clock);
  }

  /**
   * An agent that is not started yet.
   *
   * @param control carries out what is set
   * @param failures hears of managers that are refused
   */
  public SnmpAgent(
      SnmpAgentConfig config,
      CabinetView view,
      CabinetControl control,
      AuthenticationFailures failures,
      InstantSource clock) {
    this(config, view, control, failures, clock, System::nanoTime);
  }

  SnmpAgent(
      SnmpAgentConfig config,
      CabinetView view,
      CabinetControl control,
      AuthenticationFailures failures,
      InstantSource clock,
      LongSupplier nanoTicker) {
    this(config, view, control, failures, clock, nanoTicker, new SecureRandom(), true);
  }

  /**
   * @param shortWay whether plain requests to read are answered without SNMP4J
   */
  SnmpAgent(
      SnmpAgentConfig config,
      CabinetView view,
      CabinetControl control,
      AuthenticationFailures failures,
      InstantSource clock,
      LongSupplier nanoTicker,
      RandomGenerator random,
      boolean shortWay) {
    this.random = random;
    this.shortWay = shortWay;
    this.config = config;
    this.view = view;
    this.control = control;
    this.failures = failures;
    this.clock = clock;
    this.nanoTicker = nanoTicker;
    this.startNanos = nanoTicker.getAsLong();
  }

  /**
   * Binds the port, counts the start in the state folder and answers from then on.
   *
   * @throws IOException if the port is taken or the state folder cannot be used; the message says
   *     which and what to do
   * @throws IllegalStateException if it is started already
   */
  public void start() throws IOException {
    if (transport != null) {
      throw new IllegalStateException("the SNMP agent is started already");
    }
    // The port first: a start that fails on it must not count as a boot.
    var counters = new AgentCounters();
    var alarm = new FailureAlarm(failures, nanoTicker);
    var turn = new ReentrantLock();
    AgentSocket socket = bind(counters, turn);
    TlsSocket tlsSocket = null;
    try {
      SnmpTls settings = config.tls();
      if (settings != null) {
        tlsSocket = TlsSocket.bind(settings, counters, alarm, nanoTicker, turn);
      }
      startNanos = nanoTicker.getAsLong();
      serve(
          socket,
          tlsSocket,
          EngineIdentity.startedIn(config.stateFolder(), random),
          counters,
          alarm);
    } catch (IOException | RuntimeException e) {
      socket.close();
      if (tlsSocket != null) {
        tlsSocket.close();
      }
      throw e;
    }
    transport = socket;
    tls = tlsSocket;
    LOG.info("SNMP answers on {}/udp", text(localAddress()));
    if (tlsSocket != null) {
      LOG.info("SNMP over TLS answers on {}", text(tlsSocket.localAddress()));
    }
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  private AgentSocket bind(AgentCounters counters, ReentrantLock turn) throws IOException {
    InetSocketAddress address = config.bind();
    try {
      return AgentSocket.bind(address, RECEIVE_BUFFER_OCTETS, counters, turn);
    } catch (BindException e) {
      throw new IOException(
          "SNMP port "
              + text(address)
              + "/udp is in use or not ours to bind ("
              + e.getMessage()
              + "): stop the program that holds it or configure another port",
          e);
    }
  }

  private void serve(
      AgentSocket socket,
      @Nullable TlsSocket tlsSocket,
      EngineIdentity identity,
      AgentCounters counters,
      FailureAlarm alarm) {
    SnmpTls settings = config.tls();
    var counterSupport = new CounterSupport();
    counterSupport.addCounterListener(counters);
    var dispatcher = new MessageDispatcherImpl();
    dispatcher.addCounterListener(counters.parseErrors());
    if (config.v1()) {
      dispatcher.addMessageProcessingModel(new MPv1());
    }
    if (config.v2c()) {
      dispatcher.addMessageProcessingModel(new MPv2c());
    }
    dispatcher.addMessageProcessingModel(
        Security.authoritative(identity, config.users(), settings != null, counterSupport));

    dispatcher.addAuthenticationFailureListener(alarm);
    var policy =
        new AccessPolicy(
            config.communities(), config.users(), settings == null ? List.of() : settings.users());
    var cabinet = new CabinetFrames(view, clock, nanoTicker);
    Subtrees subtrees = subtrees(identity, counters, cabinet);
    var sets = new SetProcessor(control, cabinet::outdated);
    dispatcher.addCommandResponder(
        new PduResponder(identity, policy, subtrees, sets, counters, alarm));
    if (shortWay) {
      socket.shortWay(new ShortWays(config, policy, subtrees, counters));
    }
    dispatcher.addTransportMapping(socket);
    socket.addTransportListener(dispatcher);
    socket.listen();
    if (tlsSocket != null) {
      dispatcher.addTransportMapping(tlsSocket);
      tlsSocket.addTransportListener(dispatcher);
      tlsSocket.listen();
    }
  }

  private Subtrees subtrees(
      EngineIdentity identity, AgentCounters counters, CabinetFrames cabinet) {
    var log = new NotificationLogBlocks(view, clock, this::upTime);
    Frame system = EngineFrames.system(config.system(), this::upTime);
    Frame snmp = EngineFrames.snmp(counters, !failures.equals(AuthenticationFailures.NONE));
    Frame set = EngineFrames.set(new SetSerial(random.nextInt()));
    Frame engine = EngineFrames.engine(identity, this::upTime);
    Frame mpd = EngineFrames.mpdStatistics(counters);
    Frame usm = EngineFrames.usmStatistics(counters);
    var subtrees = new ArrayList<>(StandardModules.of(cabinet));
    subtrees.addAll(
        List.of(
            new Subtree(EngineFrames.SYSTEM, () -> system),
            new Subtree(EngineFrames.SNMP, () -> snmp),
            new Subtree(MibOids.CADE, cabinet::current),
            new Subtree(NotificationLogBlocks.ROOT, log::current),
            new Subtree(SetSerial.SET_GROUP, () -> set),
            new Subtree(EngineFrames.ENGINE, () -> engine),
            new Subtree(EngineFrames.MPD_STATISTICS, () -> mpd),
            new Subtree(EngineFrames.USM_STATISTICS, () -> usm)));
    if (config.tls() != null) {
      Frame tsmStatistics = EngineFrames.tsmStatistics(counters);
      Frame tlsStatistics = EngineFrames.tlsStatistics(counters);
      subtrees.add(new Subtree(EngineFrames.TSM_STATISTICS, () -> tsmStatistics));
      subtrees.add(new Subtree(EngineFrames.TLS_STATISTICS, () -> tlsStatistics));
    }
    return new Subtrees(subtrees);
  }

  /** Time since {@link #start}: sysUpTime. Notifications carry it too. */
  public Duration upTime() {
    return Duration.ofNanos(nanoTicker.getAsLong() - startNanos);
  }

  /**
   * The address it listens on, with the port that was chosen if port 0 was asked for.
   *
   * @throws IllegalStateException if it is not running
   */
  public InetSocketAddress localAddress() {
    AgentSocket socket = transport;
    UdpAddress address = socket == null ? null : socket.getListenAddress();
    if (address == null) {
      throw new IllegalStateException("the SNMP agent is not running");
    }
    return new InetSocketAddress(address.getInetAddress(), address.getPort());
  }

  /**
   * The address on which it answers over TLS.
   *
   * @throws IllegalStateException if it does not
   */
  public InetSocketAddress localTlsAddress() {
    TlsSocket socket = tls;
    if (socket == null) {
      throw new IllegalStateException("the SNMP agent does not answer over TLS");
    }
    return socket.localAddress();
  }

  /**
   * Frees the port. A request being answered may get no answer. Harmless when not started or closed
   * already.
   */
  @Override
  public void close() {
    AgentSocket socket = transport;
    TlsSocket tlsSocket = tls;
    transport = null;
    tls = null;
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.warn("SNMP port was not closed cleanly", e);
      }
    }
    if (tlsSocket != null) {
      try {
        tlsSocket.close();
      } catch (IOException e) {
        LOG.warn("SNMP port for TLS was not closed cleanly", e);
      }
    }
  }
}
