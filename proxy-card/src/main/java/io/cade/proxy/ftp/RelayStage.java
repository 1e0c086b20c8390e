package io.cade.proxy.ftp;

import io.cade.proxy.line.LineRefusal;
import io.cade.proxy.line.LineServices;
import io.cade.proxy.line.LineVisitor;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * After the login: commands of a known set go to the card, its replies come back without internal
 * addresses; what is about data connections is answered here. Owned by the session's event loop.
 */
final class RelayStage implements FtpSession.Stage {
  private static final int LOWEST_UNPRIVILEGED_PORT = 1024;
  private static final int MAX_FEATURES = 64;

  /** Moves data to the visitor. */
  private static final Set<String> DOWNLOADS = Set.of("RETR", "LIST", "NLST", "MLSD");

  /** Moves data to the card. */
  private static final Set<String> UPLOADS = Set.of("STOR", "STOU", "APPE");

  /** May stand between REST and the transfer that it is for. */
  private static final Set<String> BETWEEN = Set.of("PASV", "EPSV", "PORT", "EPRT");

  /** Passed on as they are. Others are unknown here: a new command may open a new way around us. */
  private static final Set<String> PLAIN =
      Set.of(
          "CWD", "XCWD", "CDUP", "XCUP", "PWD", "XPWD", "MKD", "XMKD", "RMD", "XRMD", "DELE",
          "RNFR", "RNTO", "SIZE", "MDTM", "MFMT", "MFF", "MLST", "TYPE", "MODE", "STRU", "SYST",
          "HELP", "NOOP", "ALLO", "OPTS", "SITE", "ACCT", "AVBL", "HASH", "XCRC", "XMD5", "XSHA",
          "XSHA1", "XSHA256", "LANG");

  private final FtpSession session;
  private final LineVisitor visitor;
  private final LineServices services;
  private final CardControl card;
  private final FtpSettings settings;
  private final PassivePorts ports;
  private final Scrubber scrubber;
  private @Nullable DataPort port;
  private @Nullable Transfer transfer;
  private String restart = "";
  private boolean onlyEpsv;
  private boolean awaiting;

  RelayStage(FtpSession session, CardControl card, FtpSettings settings, PassivePorts ports) {
    this.session = session;
    this.visitor = session.visitor();
    this.services = visitor.services();
    this.card = card;
    this.settings = settings;
    this.ports = ports;
    this.scrubber = Scrubber.of(visitor, card, settings.publicAddress());
    card.onGone(this::cardIsGone);
  }

  /** Whether what FEAT says of it is true through this proxy, too. */
  static boolean relays(String verb) {
    return DOWNLOADS.contains(verb)
        || UPLOADS.contains(verb)
        || PLAIN.contains(verb)
        || verb.equals("REST")
        || verb.equals("TVFS");
  }

  @Override
  public void command(String verb, String argument, String line) {
    session.deadline().in(services.limits().idleTimeout());
    if (!DOWNLOADS.contains(verb) && !UPLOADS.contains(verb) && !BETWEEN.contains(verb)) {
      restart = "";
    }
    switch (verb) {
      case "PASV" -> passive();
      case "REST" -> restart(argument);
      case "EPSV" -> extendedPassive(argument);
      case "PORT" -> active(FtpAddress.ofPort(argument), "501 PORT h1,h2,h3,h4,p1,p2.");
      case "EPRT" -> extendedActive(argument);
      case "ABOR" -> {
        dropPort();
        session.reply("226 Nothing to abort.");
      }
      case "FEAT" -> features();
      case "STAT" -> {
        if (argument.isEmpty()) {
          session.reply(status("no transfer"));
        } else {
          forward(line);
        }
      }
      case "CLNT" -> session.reply("200 Ok.");
      case "USER", "PASS", "HOST", "AUTH" ->
          session.reply("503 Logged in already: QUIT and connect again.");
      default -> {
        if (DOWNLOADS.contains(verb) || UPLOADS.contains(verb)) {
          move(line, UPLOADS.contains(verb));
        } else if (PLAIN.contains(verb)) {
          forward(line);
        } else {
          session.reply("502 Not offered.");
        }
      }
    }
  }

  /**
   * Held until the transfer: it has to stand right before it (RFC 3659 §5.3), and what prepares the
   * data connection to the card would come between.
   */
  private void restart(String argument) {
    if (argument.matches("\\d{1,18}")) {
      restart = argument;
      session.reply("350 Restarting at " + argument + ".");
    } else {
      session.reply("501 REST position.");
    }
  }

  private void forward(String line) {
    awaitCard();
    session.busy();
    card.send(
        line,
        reply -> {
          session.reply(scrubber.clean(reply.text()));
          if (reply.last() && !reply.preliminary()) {
            answered();
          }
        });
  }

  private void features() {
    awaitCard();
    session.busy();
    List<String> lines = new ArrayList<>();
    card.send(
        "FEAT",
        reply -> {
          if (lines.size() < MAX_FEATURES) {
            lines.add(reply.text());
          }
          if (reply.last()) {
            session.reply(LoginStage.Features.with(reply.code() == 211 ? lines : List.of()));
            answered();
          }
        });
  }

  private void awaitCard() {
    awaiting = true;
    session.deadline().in(services.limits().replyTimeout());
  }

  private void answered() {
    awaiting = false;
    session.deadline().in(services.limits().idleTimeout());
    session.free();
  }

  private String status(String what) {
    return "211-FTP proxy\r\n Logged in, "
        + (visitor.secure() ? "TLS" : "no TLS")
        + ", "
        + what
        + "\r\n211 End";
  }

  // Data connections.

  private void passive() {
    Inet4Address shown = settings.publicAddress();
    if (shown == null
        && !visitor.relayed()
        && visitor.channel().localAddress() instanceof InetSocketAddress local
        && local.getAddress() instanceof Inet4Address own) {
      shown = own;
    }
    Inet4Address address = shown;
    if (address == null) {
      // The address known here is an internal one.
      session.reply("425 PASV is not available, use EPSV.");
    } else {
      listen(number -> FtpAddress.passiveReply(address, number));
    }
  }

  private void extendedPassive(String argument) {
    switch (argument.toUpperCase(Locale.ROOT)) {
      case "ALL" -> {
        onlyEpsv = true;
        session.reply("200 Only EPSV from now on.");
      }
      case "" -> listen(RelayStage::extendedReply);
      case "1", "2" -> {
        boolean six = visitor.address().getAddress() instanceof Inet6Address;
        if (six == argument.equals("2")) {
          listen(RelayStage::extendedReply);
        } else {
          session.reply("522 Use (" + (six ? 2 : 1) + ").");
        }
      }
      default -> session.reply("501 EPSV, EPSV 1, EPSV 2 or EPSV ALL.");
    }
  }

  private static String extendedReply(int number) {
    return "229 Entering Extended Passive Mode (|||" + number + "|).";
  }

  private interface PortReply {
    String of(int number);
  }

  private void listen(PortReply reply) {
    int same = port instanceof PassivePort passive ? passive.renew() : 0;
    if (same > 0) {
      session.reply(reply.of(same));
      return;
    }
    dropPort();
    if (!ports.take(visitor.address().getAddress())) {
      services.refused(LineRefusal.FTP_PORTS_OF_VISITOR);
      session.reply("425 You wait at too many ports, use one of them first.");
      return;
    }
    session.busy();
    PassivePort.bind(
        visitor,
        ports,
        (bound, number) -> {
          if (bound == null) {
            services.refused(LineRefusal.FTP_NO_PORT);
            session.reply("425 No port is free, try again later.");
          } else {
            port = bound;
            session.reply(reply.of(number));
          }
          session.free();
        });
  }

  private void extendedActive(String argument) {
    if (argument.length() > 1 && !argument.substring(1, 2).matches("[12]")) {
      session.reply("522 Use (1,2).");
    } else {
      active(FtpAddress.ofExtendedPort(argument), "501 EPRT |1|address|port|.");
    }
  }

  private void active(@Nullable InetSocketAddress told, String usage) {
    dropPort();
    InetAddress source = settings.activeSource();
    if (source == null
        && !visitor.relayed()
        && visitor.channel().localAddress() instanceof InetSocketAddress local) {
      source = local.getAddress();
    }
    if (onlyEpsv) {
      session.reply("501 EPSV ALL was said.");
    } else if (told == null) {
      session.reply(usage);
    } else if (!told.getAddress().equals(visitor.address().getAddress())
        || told.getPort() < LOWEST_UNPRIVILEGED_PORT) {
      // RFC 2577 §3: or this proxy would reach, in the visitor's place, what he cannot.
      services.refused(LineRefusal.FTP_BOUNCE);
      session.reply("501 Only to your own address, and to ports from 1024.");
    } else if (!settings.active() || source == null) {
      session.reply("502 Active transfers are not available, use EPSV or PASV.");
    } else {
      port =
          new ActivePort(
              visitor.channel().eventLoop(), told, source, services.limits().dataTimeout());
      session.reply("200 Ok.");
    }
  }

  private void dropPort() {
    if (port != null) {
      port.close();
      port = null;
    }
  }

  // Transfers.

  private void move(String line, boolean upload) {
    DataPort mine = port;
    String position = restart;
    port = null;
    restart = "";
    if (mine == null) {
      session.reply("425 EPSV or PASV comes first.");
      return;
    }
    if (!session.protection().satisfied()) {
      mine.close();
      session.reply("522 Data connections have to be in TLS: PROT P.");
      return;
    }
    session.busy();
    Transfer started =
        new Transfer(
            new Owner(),
            visitor,
            card,
            mine,
            new Transfer.Order(line, position, upload),
            session.protection().context());
    transfer = started;
    started.begin();
  }

  private final class Owner implements Transfer.Owner {
    @Override
    public void reply(List<String> lines) {
      session.reply(lines.stream().map(scrubber::clean).toList());
    }

    @Override
    public void awaitCard() {
      RelayStage.this.awaitCard();
    }

    @Override
    public void awaitData() {
      awaiting = false;
      session.deadline().clear();
    }

    @Override
    public void ended() {
      transfer = null;
      answered();
    }
  }

  @Override
  public boolean urgent(String verb, String argument) {
    Transfer running = transfer;
    if (running == null) {
      return false;
    }
    if (verb.equals("STAT") && argument.isEmpty()) {
      session.reply(status(running.status()));
      return true;
    }
    if (verb.equals("ABOR")) {
      awaitCard();
      // Asked before the data is cut, so that its reply finds who asked even when the transfer's
      // last word has been said already. RFC 959 §4.1.3: two replies, 426 and 226.
      card.send(
          "ABOR",
          reply -> {
            if (reply.last()) {
              session.reply(scrubber.clean(reply.text()));
            }
          });
      running.abort();
      return true;
    }
    return false;
  }

  private void cardIsGone() {
    if (visitor.channel().isActive()) {
      card.line().card().counters().failure();
      session.replyAndClose("421 The connection to the site is lost.");
    }
  }

  @Override
  public void expired() {
    if (awaiting) {
      card.line().card().counters().failure();
      session.replyAndClose("421 The site does not answer.");
    } else {
      session.replyAndClose("421 Nothing was said for too long.");
    }
  }

  @Override
  public void closed() {
    dropPort();
    if (transfer != null) {
      transfer.sessionEnded();
    }
    card.close();
  }
}
