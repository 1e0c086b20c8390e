package io.cade.proxy.pop3;

import io.cade.proxy.line.Dialer;
import io.cade.proxy.line.LineFault;
import io.cade.proxy.line.LineRefusal;
import io.cade.proxy.line.LineServer;
import io.cade.proxy.line.LineVisitor;
import io.cade.proxy.line.Login;
import io.cade.proxy.relay.Deadline;
import io.cade.proxy.relay.Tunnel;
import io.cade.proxy.stats.ByteTap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One visitor until he is logged in: the proxy itself is the server of the AUTHORIZATION state (RFC
 * 1939 §4), holds the login until it names a site, and replays it at a card. Then his connection
 * and the card's are one. Owned by the channel's event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class Pop3Session extends ChannelInboundHandlerAdapter implements LineServer.Session {
  private final LineVisitor visitor;
  private final Deadline deadline;
  private @Nullable String user;
  private boolean expectsPlain;
  private boolean loggingIn;
  private int failures;
  private String service = "";
  private @Nullable Pop3Login login;

  Pop3Session(LineVisitor visitor) {
    this.visitor = visitor;
    this.deadline =
        visitor.deadline(() -> visitor.sendAndClose("-ERR [SYS/TEMP] no login in time\r\n"));
  }

  @Override
  public void begin() {
    deadline.in(visitor.services().limits().loginTimeout());
    // No name of the card, and no time stamp: APOP is not offered (RFC 1939 §7).
    visitor.send("+OK POP3 ready\r\n");
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    switch (msg) {
      case String line -> command(line);
      case LineFault fault -> {
        visitor.services().refused(LineRefusal.BAD_LINE);
        visitor.sendAndClose("-ERR " + fault.text() + "\r\n");
      }
      default -> ReferenceCountUtil.release(msg);
    }
  }

  private void command(String line) {
    if (expectsPlain) {
      expectsPlain = false;
      if (line.equals("*")) {
        visitor.send("-ERR cancelled\r\n");
      } else {
        plain(line);
      }
      return;
    }
    int space = line.indexOf(' ');
    String verb = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
    String argument = space < 0 ? "" : line.substring(space + 1);
    switch (verb) {
      case "USER" -> user(argument);
      case "PASS" -> pass(argument);
      case "STLS" -> stls();
      case "CAPA" -> visitor.send(capabilities());
      case "AUTH" -> auth(argument);
      case "QUIT" -> visitor.sendAndClose("+OK bye\r\n");
      case "NOOP" -> visitor.send("+OK\r\n");
      case "APOP" -> visitor.send("-ERR APOP is not offered, log in with USER or AUTH PLAIN\r\n");
      default -> visitor.send("-ERR log in first\r\n");
    }
  }

  /** What can be used now; TOP and UIDL are what the cards' servers must have. */
  private String capabilities() {
    boolean open = visitor.secure() || !visitor.services().limits().requireTls();
    return "+OK\r\n"
        + (open ? "USER\r\nSASL PLAIN\r\n" : "")
        + (!visitor.secure() && visitor.canHaveTls() ? "STLS\r\n" : "")
        + "TOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n.\r\n";
  }

  private void user(String name) {
    user = null;
    if (!allowed()) {
      return;
    }
    if (name.isEmpty() || name.indexOf(' ') >= 0) {
      visitor.send("-ERR USER name@site\r\n");
      return;
    }
    user = name;
    visitor.send("+OK\r\n");
  }

  private void pass(String password) {
    String name = user;
    user = null;
    if (name == null) {
      visitor.send("-ERR USER comes first\r\n");
    } else if (allowed()) {
      logIn(new Credentials(name, password));
    }
  }

  private boolean allowed() {
    if (visitor.services().limits().requireTls() && !visitor.secure()) {
      visitor.services().refused(LineRefusal.LOGIN_WITHOUT_TLS);
      visitor.send("-ERR [AUTH] TLS is needed before a login: STLS\r\n");
      return false;
    }
    return true;
  }

  private void stls() {
    user = null; // RFC 2595 §4: nothing that was said in plain is kept
    if (visitor.secure()) {
      visitor.send("-ERR TLS is in use already\r\n");
    } else if (!visitor.canHaveTls()) {
      visitor.send("-ERR no certificate for TLS\r\n");
    } else {
      visitor.startTls("+OK begin TLS\r\n", false);
    }
  }

  private void auth(String argument) {
    String[] words = argument.split(" ", -1);
    if (argument.isEmpty()) {
      visitor.send("+OK\r\nPLAIN\r\n.\r\n");
    } else if (!words[0].equalsIgnoreCase("PLAIN") || words.length > 2) {
      visitor.send("-ERR only AUTH PLAIN is offered\r\n");
    } else if (allowed()) {
      if (words.length == 1) {
        expectsPlain = true;
        visitor.send("+ \r\n");
      } else {
        plain(words[1]);
      }
    }
  }

  private void plain(String response) {
    Credentials credentials = Credentials.ofPlain(response);
    if (credentials == null) {
      visitor.send("-ERR [AUTH] not a response of PLAIN\r\n");
    } else {
      logIn(credentials);
    }
  }

  private void logIn(Credentials credentials) {
    switch (Login.of(credentials.user(), visitor.bound(), visitor.services().routes().current())) {
      case Login.Nowhere() -> {
        visitor.services().refused(LineRefusal.LOGIN_WITHOUT_SITE);
        refuse("-ERR [AUTH] no such mailbox: log in as name@site");
      }
      case Login.Elsewhere() -> {
        visitor.services().refused(LineRefusal.LOGIN_AT_OTHER_SITE);
        refuse("-ERR [AUTH] this connection is for another site");
      }
      case Login.At at when at.site().speaking("pop3").isEmpty() -> {
        boolean known = at.site().cards().isEmpty();
        visitor.services().refused(known ? LineRefusal.NO_CARD : LineRefusal.LOGIN_WITHOUT_SITE);
        refuse(
            known
                ? "-ERR [SYS/TEMP] not available now, try again later"
                : "-ERR [AUTH] this site has no mailboxes");
      }
      case Login.At at -> afterGuard(at, credentials);
    }
  }

  private void afterGuard(Login.At at, Credentials credentials) {
    if (!visitor.mayTry(at.site())) {
      visitor.sendAndClose("-ERR [SYS/TEMP] not available to your network now\r\n");
      return;
    }
    service = at.site().service();
    long wait = visitor.services().guard().beforeLogin(visitor.address().getAddress());
    if (wait < 0) {
      visitor.services().refused(LineRefusal.CREDENTIAL_GUESSING);
      visitor.sendAndClose("-ERR [LOGIN-DELAY] too many failed logins, try again later\r\n");
      return;
    }
    loggingIn = true;
    hold(true);
    if (wait == 0) {
      replay(at, credentials);
    } else {
      visitor.later(Duration.ofNanos(wait), () -> replay(at, credentials));
    }
  }

  private void replay(Login.At at, Credentials credentials) {
    visitor.services().login(at.site(), visitor.address().getAddress());
    Dialer dialer =
        new Dialer(
            visitor.channel().eventLoop(),
            at.site(),
            "pop3",
            visitor.address().getAddress().getHostAddress(),
            visitor.services());
    Pop3Login started =
        new Pop3Login(
            visitor.services(),
            dialer,
            new Credentials(at.user(), credentials.password()),
            this::outcome);
    login = started;
    started.begin();
  }

  private void outcome(Pop3Login.Outcome outcome) {
    login = null;
    loggingIn = false;
    if (!visitor.channel().isActive()) {
      if (outcome instanceof Pop3Login.Outcome.Taken taken) {
        taken.line().channel().close();
      }
      return;
    }
    switch (outcome) {
      case Pop3Login.Outcome.Taken(Dialer.Line line, String reply) -> join(line, reply);
      case Pop3Login.Outcome.Refused(String reply) -> {
        visitor.services().loginFailed(service, visitor.address().getAddress());
        refuse(reply);
      }
      case Pop3Login.Outcome.NoCard() -> {
        visitor.services().refused(LineRefusal.NO_CARD);
        visitor.sendAndClose("-ERR [SYS/TEMP] not available now, try again later\r\n");
      }
    }
  }

  private void refuse(String reply) {
    failures++;
    if (failures >= visitor.services().limits().loginAttempts()) {
      visitor.sendAndClose(reply + "\r\n");
    } else {
      visitor.send(reply + "\r\n");
      hold(false);
    }
  }

  /** While a login is under way, what comes next waits, at the other side where it is much. */
  private void hold(boolean on) {
    visitor.channel().config().setAutoRead(!on);
    if (on) {
      visitor.reader().pause();
    } else {
      visitor.reader().resume();
    }
  }

  private void join(Dialer.Line line, String reply) {
    deadline.close();
    Channel card = line.channel();
    card.pipeline().addFirst(new ByteTap(line.card().counters()));
    visitor.send(reply + "\r\n");
    Channel own = visitor.channel();
    own.pipeline().remove(this);
    Tunnel.join(
        own, card, visitor.services().limits().idleTimeout(), visitor.services().nanoTime());
    // Whether anything runs is not known here, where only bytes pass; a visitor who is cut off
    // has lost nothing, for mails are deleted by QUIT alone (RFC 1939 §6).
    visitor.services().sessions().joined(line.backend(), own, () -> visitor.sendAndClose(""));
    // Last: what was sent along with the login goes to the card now (RFC 2449 §6.6).
    own.pipeline().remove(visitor.reader());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (!handshake.isSuccess()) {
        ctx.close();
      } else if (!deadlineRuns()) {
        begin();
      }
    } else if (event == LineServer.Drain.DRAIN && !loggingIn) {
      visitor.sendAndClose("-ERR [SYS/TEMP] shutting down, try again later\r\n");
    }
    ctx.fireUserEventTriggered(event);
  }

  private boolean deadlineRuns() {
    return deadline.runs();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline.close();
    if (login != null) {
      login.abandon();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
