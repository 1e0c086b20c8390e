@NullMarked
package io.cade.agent.site;

import org.jspecify.annotations.NullMarked;
