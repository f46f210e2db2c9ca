// FAB's scripts speak English only. This one, after them, gives the reader's language to the parts they set up:
// Select2 and the date picker by their own options, the message box when it opens, and to what a list leaves unnamed.
(function ($) {
  "use strict";
  const words = document.currentScript.dataset;
  const months = Array.from({ length: 12 }, (_, number) => `Tháng ${number + 1}`);
  const monthsShort = Array.from({ length: 12 }, (_, number) => `Th${number + 1}`);

  $.fn.datepicker.dates.vi = {
    days: ["Chủ Nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"],
    daysShort: ["CN", "T2", "T3", "T4", "T5", "T6", "T7"],
    daysMin: ["CN", "T2", "T3", "T4", "T5", "T6", "T7"],
    months,
    monthsShort,
    today: "Hôm nay",
    clear: "Xóa",
    titleFormat: "MM yyyy",
    weekStart: 1,
  };
  if (words.language === "vi") {
    $.fn.datepicker.defaults.language = "vi";
  }

  const choosing = {
    placeholder: words.choose,
    allowClear: true,
    theme: "bootstrap",
    language: {
      noResults: () => words.noneFound,
      searching: () => words.searching,
      removeItem: () => words.remove,
      removeAllItems: () => words.remove,
    },
  };

  // Registered after FAB's own, so it runs after FAB has set its lists up.
  $(function () {
    $("select.my_select2").select2(choosing);
    // FAB's screens begin with a heading of the fourth level; here it is the page's own.
    if (!$("h1").length) {
      $(".panel-title").attr({ role: "heading", "aria-level": (position) => (position ? "2" : "1") });
    }
    // FAB's lists leave these without a name.
    $(".action_check_all").attr("aria-label", words.markAll);
    $(".action_check").attr("aria-label", words.mark);
    $("th:has(> .action_check_all)").attr("aria-label", words.markAll);
    $("th.col-lg-1:empty").append($("<span>").addClass("visually-hidden").text(words.rowTools));
    $("#modal-alert").on("show.bs.modal", function () {
      // FAB writes its text in a listener that it adds when it opens the box: after this one, but before it is seen.
      queueMicrotask(() => {
        const text = $(this).find(".modal-text");
        if (text.text() === "No row selected") {
          text.text(words.noRow);
        }
      });
    });
  });
})(jQuery);
