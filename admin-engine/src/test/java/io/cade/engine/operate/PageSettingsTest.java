package io.cade.engine.operate;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Refusal;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PageSettingsTest {
  @Test
  void whatIsAboutPagesIsRefusedWhereThereAreNone() {
    assertThatThrownBy(() ->
            PageSettings.require(
                "dovecot", Map.of("gate-text", "x", "check-path", "/", "rise", "3")))
        .isInstanceOf(Refusal.class)
        .hasMessage(
            "a service of kind dovecot has no pages: leave out check-path, gate-text; it is judged"
                + " by its greeting");
  }

  @Test
  void restAndReturnsToTheDefaultPass() {
    assertThatCode(
            () -> {
              PageSettings.require("vsftpd", Map.of("rise", "3", "gate-text", ""));
              PageSettings.require("hosting", Map.of("gate-text", "x"));
            })
        .doesNotThrowAnyException();
  }
}
