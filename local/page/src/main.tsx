import "leaflet/dist/leaflet.css";
import "./styles/base.css";
import "./styles/header.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/map.css";
import "./styles/slider.css";
import "./styles/pipeline.css";
import "./styles/results.css";
import "./styles/charts.css";
import "./styles/operation.css";
import "./styles/motion.css";
import "./styles/touch.css";
import { render } from "preact";
import { App } from "./app";

const root = document.getElementById("page");
if (root !== null) render(<App />, root);
