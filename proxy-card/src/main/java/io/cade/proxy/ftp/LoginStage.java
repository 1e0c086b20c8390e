package io.cade.proxy.ftp;

import io.cade.proxy.line.Dialer;
import io.cade.proxy.line.LineRefusal;
import io.cade.proxy.line.LineServices;
import io.cade.proxy.line.LineVisitor;
import io.cade.proxy.line.Login;
import io.cade.proxy.route.Site;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Until a login is taken the proxy itself is the server: it holds user name and password until they
 * name a site, and replays them at a card. Owned by the session's event loop.
 */
final class LoginStage implements FtpSession.Stage {
  private final FtpSession session;
  private final LineVisitor visitor;
  private final LineServices services;
  private Login.@Nullable At user;
  private int failures;
  private String service = "";
  private @Nullable FtpLogin login;

  LoginStage(FtpSession session, LineVisitor visitor) {
    this.session = session;
    this.visitor = visitor;
    this.services = visitor.services();
  }

  @Override
  public void command(String verb, String argument, String line) {
    switch (verb) {
      case "USER" -> user(argument);
      case "PASS" -> pass(argument);
      case "HOST" -> host(argument);
      case "AUTH" -> auth(argument);
      case "FEAT" -> session.reply(Features.own());
      case "SYST" -> session.reply("215 UNIX Type: L8");
      case "NOOP", "CLNT" -> session.reply("200 Ok.");
      case "OPTS" ->
          session.reply(
              argument.toUpperCase(Locale.ROOT).startsWith("UTF8")
                  ? "200 Names are in UTF-8."
                  : "530 Log in first.");
      case "HELP" -> session.reply("214 USER name@site, PASS, AUTH TLS, HOST, FEAT, QUIT.");
      case "STAT" -> session.reply("211 Not logged in.");
      case "REIN" -> session.reply("502 Not offered: QUIT and connect again.");
      default -> session.reply("530 Log in first.");
    }
  }

  /** RFC 7151 §3: which of the hosts at this address is meant. */
  private void host(String name) {
    user = null;
    if (name.isEmpty()) {
      visitor.unbind();
      session.reply("501 HOST name.");
    } else if (visitor.bind(name)) {
      session.reply("220 Host accepted.");
    } else {
      services.refused(LineRefusal.LOGIN_WITHOUT_SITE);
      session.reply("504 No such host here.");
    }
  }

  private void auth(String mechanism) {
    String name = mechanism.toUpperCase(Locale.ROOT);
    if (visitor.secure()) {
      session.reply("503 TLS is in use already.");
    } else if (!name.equals("TLS") && !name.equals("TLS-C")) {
      session.reply("504 Only AUTH TLS is offered.");
    } else if (!visitor.canHaveTls()) {
      session.reply("431 No certificate for TLS.");
    } else {
      user = null;
      session.startTls();
    }
  }

  private void user(String name) {
    user = null;
    if (services.limits().requireTls() && !visitor.secure()) {
      services.refused(LineRefusal.LOGIN_WITHOUT_TLS);
      session.reply("530 TLS is needed before a login: AUTH TLS.");
      return;
    }
    if (name.isBlank()) {
      session.reply("501 USER name@site.");
      return;
    }
    switch (Login.of(name, visitor.bound(), services.routes().current())) {
      case Login.Nowhere() -> {
        services.refused(LineRefusal.LOGIN_WITHOUT_SITE);
        failed("530 No such site here: log in as name@site.");
      }
      case Login.Elsewhere() -> {
        services.refused(LineRefusal.LOGIN_AT_OTHER_SITE);
        failed("530 This connection is for another site.");
      }
      case Login.At at when at.site().speaking("ftp").isEmpty() -> unspoken(at.site());
      case Login.At at -> {
        user = at;
        session.reply("331 Password.");
      }
    }
  }

  private void unspoken(Site site) {
    if (site.cards().isEmpty()) {
      services.refused(LineRefusal.NO_CARD);
      session.replyAndClose("421 Not available now, try again later.");
    } else {
      services.refused(LineRefusal.LOGIN_WITHOUT_SITE);
      failed("530 This site has no files for FTP.");
    }
  }

  private void pass(String password) {
    Login.At at = user;
    user = null;
    if (at == null) {
      session.reply("503 USER comes first.");
      return;
    }
    if (!visitor.mayTry(at.site())) {
      session.replyAndClose("421 Not available to your network now.");
      return;
    }
    service = at.site().service();
    long wait = services.guard().beforeLogin(visitor.address().getAddress());
    if (wait < 0) {
      services.refused(LineRefusal.CREDENTIAL_GUESSING);
      session.replyAndClose("421 Too many failed logins, try again later.");
      return;
    }
    session.busy();
    if (wait == 0) {
      replay(at, password);
    } else {
      visitor.later(Duration.ofNanos(wait), () -> replay(at, password));
    }
  }

  private void replay(Login.At at, String password) {
    services.login(at.site(), visitor.address().getAddress());
    FtpLogin started =
        new FtpLogin(
            services,
            new Dialer(
                visitor.channel().eventLoop(),
                at.site(),
                "ftp",
                visitor.address().getAddress().getHostAddress(),
                services),
            session.deadline(),
            at.user(),
            password,
            this::outcome);
    login = started;
    started.begin();
  }

  private void outcome(FtpLogin.Outcome outcome) {
    login = null;
    session.deadline().in(services.limits().loginTimeout());
    switch (outcome) {
      case FtpLogin.Outcome.Taken(CardControl card, List<String> reply) -> {
        session.loggedIn(card);
        Scrubber scrubber = Scrubber.of(visitor, card, session.settings().publicAddress());
        session.reply(reply.stream().map(scrubber::clean).toList());
        session.free();
      }
      case FtpLogin.Outcome.Refused(List<String> reply) -> {
        services.loginFailed(service, visitor.address().getAddress());
        // Not the card's own words: it may tell which names it has.
        failed("530 Login incorrect.");
        session.free();
      }
      case FtpLogin.Outcome.NoCard() -> {
        services.refused(LineRefusal.NO_CARD);
        session.replyAndClose("421 Not available now, try again later.");
      }
    }
  }

  private void failed(String reply) {
    if (++failures >= services.limits().loginAttempts()) {
      session.replyAndClose(reply.replaceFirst("530", "421"));
    } else {
      session.reply(reply);
    }
  }

  @Override
  public boolean urgent(String verb, String argument) {
    return false;
  }

  @Override
  public void expired() {
    if (login != null) {
      login.expired();
    } else {
      session.replyAndClose("421 No login in time.");
    }
  }

  @Override
  public void closed() {
    if (login != null) {
      login.abandon();
    }
  }

  /** What FEAT answers (RFC 2389). */
  static final class Features {
    private static final List<String> OWN =
        List.of("AUTH TLS", "PBSZ", "PROT", "EPRT", "EPSV", "HOST", "UTF8");

    private Features() {}

    static List<String> own() {
      return with(List.of());
    }

    /**
     * The proxy's own with those of a card that it passes on.
     *
     * @param card lines of the card's reply
     */
    static List<String> with(List<String> card) {
      List<String> lines = new ArrayList<>();
      lines.add("211-Features:");
      OWN.forEach(feature -> lines.add(" " + feature));
      for (String line : card) {
        String feature = line.strip();
        String name = feature.split(" ", 2)[0].toUpperCase(Locale.ROOT);
        if (line.startsWith(" ")
            && RelayStage.relays(name)
            && OWN.stream().noneMatch(own -> own.split(" ", 2)[0].equals(name))) {
          lines.add(" " + feature);
        }
      }
      lines.add("211 End");
      return lines;
    }
  }
}
