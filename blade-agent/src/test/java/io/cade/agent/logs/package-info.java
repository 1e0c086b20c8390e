@NullMarked
package io.cade.agent.logs;

import org.jspecify.annotations.NullMarked;
